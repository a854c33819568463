/** What the sandboxes use of WebAssembly besides what the engine declares (`engine/simd/web-assembly.d.ts`). */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
    readonly [Symbol.toStringTag]: string;
    static imports(module: Module): { module: string; name: string; kind: string }[];
  }
  /** A variable of an instance. */
  class Global {
    value: unknown;
  }
}
