import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { diskSurroundings } from "./read-recipe";

test("a reward that does not parse is not said to export nothing", () => {
  const folder = mkdtempSync(join(tmpdir(), "reasoning-lab-read-recipe-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const names = (source: string) => {
    writeFileSync(join(folder, "a.reward.ts"), source);
    return diskSurroundings(folder).rewardNames(join(folder, "a.reward.ts"));
  };
  expect(names("export const a: Reward = ({ completion }) => 1;")).toEqual(["a"]);
  expect(names("export const b = 1;")).toEqual([]);
  expect(names("export const a: Reward = ({ completion } => 1;")).toBe("unknown");
});
