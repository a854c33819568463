/** Makes `types/reasoning-lab.d.ts` of a project from the sources of the contract, so that there is one place that says it. */
import { parse } from "@babel/parser";

interface Sources {
  /** Text of `server/rewards/contract.ts`: types only, which stand in a declaration file as they are. */
  readonly contract: string;
  /** Text of `server/verifiers/format/split-reasoning.ts`. */
  readonly splitReasoning: string;
}

/** Exported interfaces and functions of a module, functions without their bodies, with the comments above them. */
function declarations(source: string): string[] {
  const { program } = parse(source, { sourceType: "module", plugins: ["typescript"], attachComment: true });
  return program.body.flatMap((statement) => {
    if (statement.type !== "ExportNamedDeclaration" || !statement.declaration) return [];
    const { declaration } = statement;
    const comment = statement.leadingComments?.at(-1);
    const start = comment?.start ?? statement.start ?? 0;
    const text = (end: number | null | undefined) => source.slice(start, end ?? undefined).trimEnd();
    if (declaration.type === "TSInterfaceDeclaration") return [text(statement.end)];
    if (declaration.type === "FunctionDeclaration")
      return [`${text(declaration.body.start).replace("export function", "export declare function")};`];
    return [];
  });
}

export const rewardDeclarations = ({ contract, splitReasoning }: Sources): string =>
  [contract.trimEnd(), ...declarations(splitReasoning)].join("\n\n").concat("\n");
