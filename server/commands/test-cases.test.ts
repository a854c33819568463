/** `reasoning-lab test` as it is typed: exit codes, what it prints, its report. */
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import type { Installation } from "../processes/installation";
import { projectFolder, testInstallation } from "../processes/installation.testing";
import { UserError } from "../shared/user-error";
import { codeOfRefusal, runProgram } from "./program";

let installation: Installation;
beforeAll(() => {
  // With the version beside it.
  const folder = projectFolder({ "package.json": '{ "version": "0.0.0" }' });
  installation = { distFolder: join(folder, "dist") };
  cpSync(testInstallation().distFolder, installation.distFolder, { recursive: true });
});

const line = (reward: string, expectation: unknown): string =>
  JSON.stringify({ reward, prompt: "p", completion: "c", answer: "1", expect: expectation });

const files = {
  "package.json": '{ "version": "0.0.0" }',
  "good.reward.ts": "export const one = () => 1; export const two = () => 2;",
  "good.reward.cases.jsonl": [line("one", 1), line("two", 2)].join("\n"),
  "none.reward.ts": "export const one = () => 1;",
  "node_modules/x/x.reward.ts": "export const one = () => 0;",
  "node_modules/x/x.reward.cases.jsonl": line("one", 1),
};

/** Types a line in a folder. */
async function typed(folder: string, ...words: string[]) {
  const printed: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((text: string) => void printed.push(text));
  const where = vi.spyOn(process, "cwd").mockReturnValue(folder);
  onTestFinished(() => {
    log.mockRestore();
    where.mockRestore();
  });
  const context = { installation, program: "reasoning-lab", typed: ["test", ...words] };
  try {
    return { code: await runProgram(context), printed };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { code: codeOfRefusal(context), printed: [error.message] };
  }
}

describe("reasoning-lab test", () => {
  test("runs the cases of the folder", async () => {
    const folder = projectFolder(files);
    expect(await typed(folder, folder)).toEqual({
      code: 0,
      printed: [expect.stringMatching(/good\.reward\.ts: 2 of 2 cases passed$/)],
    });
  });

  test("a case that fails is told with its line, and the code is 1", async () => {
    const folder = projectFolder({
      ...files,
      "bad.reward.ts": "export const one = () => 1;",
      "bad.reward.cases.jsonl": [line("one", 0), line("one", 1), "{"].join("\n"),
    });
    const report = join(folder, "report.xml");
    const { code, printed } = await typed(
      folder,
      join(folder, "bad.reward.ts"),
      join(folder, "good.reward.ts#two"),
      "--junit",
      report,
    );
    expect(code).toBe(1);
    expect(printed.join("\n")).toContain("bad.reward.cases.jsonl:1: one: expected 0, got 1");
    expect(printed.join("\n")).toContain("bad.reward.cases.jsonl:3:1: ");
    expect(printed.join("\n")).toMatch(/bad\.reward\.ts: 1 of 3 cases passed/);
    expect(printed.at(-1)).toBe("2 of 4 cases passed");
    const xml = readFileSync(report, "utf8");
    expect(xml).toMatch(/<testsuites name="reasoning-lab test" tests="4" failures="1" errors="1">/);
  });

  test("a file of cases that cannot be read fails", async () => {
    const folder = projectFolder({ ...files, "good.reward.cases.jsonl": "[".repeat(300) });
    expect((await typed(folder, join(folder, "good.reward.ts"))).code).toBe(1);
  });

  test.each([
    ["a file without cases", ["none.reward.ts"], /none\.reward\.ts has no cases/],
    ["a file that is not there", ["gone.reward.ts"], /There is no reward file/],
    ["what is no reward file", ["package.json"], /is no reward file/],
    ["a folder without cases", ["node_modules/x/y"], /is no reward file/],
  ])("%s is bad use", async (_, words, message) => {
    const folder = projectFolder(files);
    const { code, printed } = await typed(folder, ...words.map((word) => join(folder, word)));
    expect([code, printed[0]]).toEqual([2, expect.stringMatching(message)]);
  });

  test("so is an option that it has not", async () => {
    expect((await typed(projectFolder(files), "--frobnicate")).code).toBe(2);
  });
});
