import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { rewardDeclarations } from "./declarations";

const read = (...path: string[]) => readFileSync(join(__dirname, ...path), "utf8").replaceAll("\r\n", "\n");

test("the types of the sample project are those of the module that rewards import", () => {
  const declarations = rewardDeclarations((path) => read(...path.split("/")));
  expect(declarations).toContain(
    "export declare function splitReasoning(completion: string, options?: ReasoningOptions): SplitReasoning;",
  );
  expect(declarations).toContain(
    "export declare function format(completion: string, style?: FormatStyle, options?: FormatOptions): 0 | 1;",
  );
  expect(declarations).not.toContain("indexOf");
  expect(read("..", "..", "samples", "chain-sum", "types", "reasoning-lab.d.ts"), "`npm run build` writes it").toBe(
    declarations,
  );
});

test("what cannot be declared is told", () => {
  const declare = (source: string) =>
    rewardDeclarations((path) => (path === "reasoning-lab.ts" ? 'export { a } from "./a";' : source));
  expect(declare("/** Why. */\nexport async function a({ x = 1 }: O = {}, b?: string): Promise<void> {}")).toBe(
    "/** Why. */\nexport declare function a(options?: O, b?: string): Promise<void>;\n",
  );
  expect(() => declare("export function a() {}")).toThrow("The function a has no result type");
  expect(() => declare("export function a(b = 1): void {}")).toThrow("The parameter b = 1 has no type");
  expect(() => declare("export const a = 1;")).toThrow("./a.ts declares no function or type a");
});
