import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { rewardDeclarations } from "./declarations";

const read = (...path: string[]) => readFileSync(join(__dirname, "..", "..", ...path), "utf8").replaceAll("\r\n", "\n");

test("the types of the sample project are those of the contract", () => {
  const declarations = rewardDeclarations({
    contract: read("server", "rewards", "contract.ts"),
    splitReasoning: read("server", "verifiers", "format", "split-reasoning.ts"),
  });
  expect(declarations).toContain("export declare function splitReasoning(completion: string): SplitReasoning;");
  expect(declarations).not.toContain("indexOf");
  expect(read("samples", "chain-sum", "types", "reasoning-lab.d.ts"), "`npm run build` writes this file").toBe(
    declarations,
  );
});
