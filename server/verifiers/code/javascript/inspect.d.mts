export function inspect(value: unknown, options?: object): string;
export function formatted(...values: unknown[]): string;
