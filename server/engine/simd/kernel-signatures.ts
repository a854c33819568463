/** Writes `kernels.ts` from what the AssemblyScript compiler declares of `server/kernels`, so that no name or place is counted by hand. */

const lineWidth = 120;

interface Signature {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly result: string;
}

/** Exported functions of a declaration file of `asc --bindings raw`. Throws when one takes or gives anything but numbers. */
function signaturesOf(declarations: string): Signature[] {
  return [...declarations.matchAll(/^ *export function (\w+)\((.*)\): (\w+);$/gm)].map(([, name, list, result]) => {
    const parameters = list!.split(", ").filter((text) => text !== "");
    return {
      name: name!,
      parameters: parameters.map((text) => {
        // A kernel's booleans are given as 0 or 1: a job's arguments are numbers.
        const [, parameter] = /^(\w+): (?:number|boolean)$/.exec(text) ?? [];
        if (parameter === undefined) throw new Error(`The kernel ${name} takes \`${text}\`, which is no number.`);
        return parameter;
      }),
      result: result!,
    };
  });
}

/** `head item item … tail`, broken where a line would be too long. */
function filled(head: string, items: readonly string[], tail: string): string {
  const lines: string[] = [];
  let line = head;
  for (const [index, item] of items.entries()) {
    const text = index + 1 < items.length ? `${item},` : `${item}${tail}`;
    const longer = line === head ? line + text : `${line} ${text}`;
    if (longer.length > lineWidth) lines.push(line);
    line = longer.length > lineWidth ? `    ${text}` : longer;
  }
  return [...lines, items.length === 0 ? head + tail : line].join("\n");
}

/** Text of `kernels.ts`. `declarations`: the `.d.ts` that the compiler writes beside the kernels. */
export function kernelSignatures(declarations: string): string {
  const signatures = signaturesOf(declarations);
  if (signatures.length === 0) throw new Error("The compiler declares no kernels.");
  return [
    "/** Written by `npm run build` from `server/kernels`. Addresses are bytes into the shared memory, strides too. */",
    "export interface Kernels {",
    ...signatures.map(({ name, parameters, result }) =>
      filled(
        `  ${name}(`,
        parameters.map((parameter) => `${parameter}: number`),
        `): ${result};`,
      ),
    ),
    "}",
    "",
    "/** The same names as values, in the order in which a kernel takes them. */",
    "export const kernelParameters = {",
    ...signatures.map(({ name, parameters }) =>
      filled(
        `  ${name}: [`,
        parameters.map((parameter) => `"${parameter}"`),
        "],",
      ),
    ),
    "} as const satisfies Record<keyof Kernels, readonly string[]>;",
    "",
  ].join("\n");
}
