/** Makes `types/reasoning-lab.d.ts` of a project from the module that rewards import, so that there is one place that says it. */
import { parse } from "@babel/parser";
import type * as ast from "@babel/types";

/** Text of a source file, by its path relative to `server/rewards`, with `/`. */
export type ReadSource = (path: string) => string;

const parsed = (source: string): ast.Program =>
  parse(source, { sourceType: "module", plugins: ["typescript"], attachComment: true }).program;

/** `name: type` of a parameter, without its default value or the names that it is taken apart into. */
function parameterText(parameter: ast.Node, source: string): string {
  const optional = parameter.type === "AssignmentPattern";
  const target = optional ? parameter.left : parameter;
  if ((target.type !== "Identifier" && target.type !== "ObjectPattern") || !target.typeAnnotation)
    throw new Error(`The parameter ${source.slice(parameter.start ?? 0, parameter.end ?? 0)} has no type to declare.`);
  const name = target.type === "Identifier" ? target.name : "options";
  const mark = optional || (target.type === "Identifier" && target.optional) ? "?" : "";
  return `${name}${mark}${source.slice(target.typeAnnotation.start ?? 0, target.typeAnnotation.end ?? 0)}`;
}

function functionText(declaration: ast.FunctionDeclaration, source: string): string {
  const name = declaration.id?.name ?? "";
  if (!declaration.returnType) throw new Error(`The function ${name} has no result type to declare.`);
  const parameters = declaration.params.map((parameter) => parameterText(parameter, source));
  const result = source.slice(declaration.returnType.start ?? 0, declaration.returnType.end ?? 0);
  const line = `export declare function ${name}(${parameters.join(", ")})${result};`;
  // As the formatter of this repository writes it, which holds the file as well.
  return line.length <= 120
    ? line
    : `export declare function ${name}(\n${parameters.map((text) => `  ${text},\n`).join("")})${result};`;
}

/** Exported functions, interfaces and types of a module by name, functions without their bodies, with the comments above them. */
function declarationsOf(source: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const statement of parsed(source).body) {
    if (statement.type !== "ExportNamedDeclaration" || !statement.declaration) continue;
    const { declaration } = statement;
    const comment = statement.leadingComments?.at(-1);
    const above = comment ? `${source.slice(comment.start ?? 0, comment.end ?? 0)}\n` : "";
    if (declaration.type === "FunctionDeclaration" && declaration.id)
      found.set(declaration.id.name, above + functionText(declaration, source));
    else if (declaration.type === "TSInterfaceDeclaration" || declaration.type === "TSTypeAliasDeclaration")
      found.set(declaration.id.name, above + source.slice(statement.start ?? 0, statement.end ?? 0));
  }
  return found;
}

/** The declarations of `reasoning-lab.ts`: what it exports from other modules, in its order. */
export function rewardDeclarations(read: ReadSource): string {
  const parts = parsed(read("reasoning-lab.ts")).body.flatMap((statement) => {
    // Types only, which stand in a declaration file as they are.
    if (statement.type === "ExportAllDeclaration") return [read(`${statement.source.value}.ts`).trimEnd()];
    if (statement.type !== "ExportNamedDeclaration" || !statement.source) return [];
    const path = `${statement.source.value}.ts`;
    const declared = declarationsOf(read(path));
    return statement.specifiers.map(({ exported }) => {
      const name = exported.type === "Identifier" ? exported.name : exported.value;
      const text = declared.get(name);
      if (text === undefined) throw new Error(`${path} declares no function or type ${name}.`);
      return text;
    });
  });
  return parts.join("\n\n").concat("\n");
}
