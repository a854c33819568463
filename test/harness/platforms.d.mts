export const platforms: readonly string[];
export const thisPlatform: string;
export const esbuildPackage: (platform: string) => string;
export const esbuildBinary: (platform: string) => Promise<string>;
