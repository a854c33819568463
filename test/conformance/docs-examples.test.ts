import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import * as z from "zod";

/** Where the names of `reasoning-lab` that the page imports come from. */
const modules: Readonly<Record<string, string>> = {
  verifyMath: "server/verifiers/maths/verify-math",
};
const root = join(import.meta.dirname, "..", "..");
const resultsSchema = z.array(z.object({ line: z.string(), actual: z.unknown(), expected: z.unknown() }));

/** A block of the page as a module whose `results` are the lines that say `EXPRESSION; // → VALUE`. */
function asModule(block: string): string {
  const imports = /^import \{ (.+) \} from "reasoning-lab";$/m.exec(block)?.[1]?.split(", ") ?? [];
  const lines = [...block.matchAll(/^(.+); \/\/ → (.+)$/gm)].map(
    ([, expression, value]) => `{ line: ${JSON.stringify(expression)}, actual: ${expression!}, expected: ${value!} },`,
  );
  const froms = imports.map((name) => `import { ${name} } from ${JSON.stringify(join(root, modules[name]!))};`);
  return [...froms, "export const results = [", ...lines, "];"].join("\n");
}

describe("docs/verifiers.md", async () => {
  const page = await readFile(join(root, "docs", "verifiers.md"), "utf8");
  const blocks = [...page.replaceAll("\r\n", "\n").matchAll(/^````?ts\n([\s\S]*?)^````?$/gm)].map(
    ([, block]) => block!,
  );

  it("has examples", () => {
    expect(blocks.length).toBeGreaterThan(0);
  });

  it.each(blocks)("says what happens, example %#", async (block) => {
    const folder = await mkdtemp(join(import.meta.dirname, "example-"));
    try {
      const file = join(folder, "example.ts");
      await writeFile(file, asModule(block));
      const loaded: unknown = await import(file);
      const { results } = z.object({ results: resultsSchema }).parse(loaded);
      expect(results.length).toBeGreaterThan(0);
      for (const { line, actual, expected } of results)
        expect(`${line} → ${JSON.stringify(actual)}`).toBe(`${line} → ${JSON.stringify(expected)}`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
