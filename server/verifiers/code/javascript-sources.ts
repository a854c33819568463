/** How a JavaScript program is handed to its interpreter: as Node does it, as a function or as a module. */

/** What stands around a module of the older kind. Its lines keep their numbers. */
const parameters = "exports, require, module, __filename, __dirname, reasoningLabBridge";

/** Lets the scope of the program be asked for its functions by name. */
const bridge = "\n;reasoningLabBridge((reasoningLabName) => eval(reasoningLabName));";

const before = `(function (${parameters}) {`;

/** A trace with the columns that a program's first line has by itself. */
export const placesOf = (trace: string): string =>
  trace.replace(/(?<=\bprogram\.js:1:)\d+/g, (column) => String(Math.max(1, Number(column) - before.length)));

export interface ProgramSources {
  /** An expression: a function that runs the program. */
  readonly script: string;
  /** The same as a module, for what is no such function: it imports, exports or awaits. Null: it cannot be meant as one. */
  readonly module: string | null;
}

/** `isCalled`: functions of the program are called afterwards. */
export function programSources(code: string, isCalled: boolean): ProgramSources {
  const plain = code.replace(/^\uFEFF/, "").replace(/^#!.*/, "");
  const end = isCalled ? bridge : "\n";
  return {
    script: `${before}${plain}${end}\n})`,
    module: /\b(?:import|export|await)\b/.test(plain) ? plain + end : null,
  };
}
