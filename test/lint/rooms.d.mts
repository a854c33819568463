export const rooms: readonly (readonly string[])[];
export const families: readonly string[];
export const pages: readonly string[];
