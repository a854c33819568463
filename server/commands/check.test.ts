/** `reasoning-lab check` as it is typed. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import * as z from "zod";
import { projectFolder } from "../processes/installation.testing";
import { messageOf } from "../shared/user-error";
import { codeOfRefusal, runProgram } from "./program";

const random = 'import { type Reward } from "reasoning-lab";\nexport const a: Reward = () => Math.random();\n';
const good =
  'import { accuracy, type Reward } from "reasoning-lab";\nexport const a: Reward = ({ completion, answer }) => accuracy(completion, answer);\n';

async function check(...typed: string[]): Promise<{ code: number; text: string }> {
  const written: string[] = [];
  const take = (text: unknown): boolean => {
    written.push(String(text));
    return true;
  };
  const [out, error] = [
    vi.spyOn(process.stdout, "write").mockImplementation(take),
    vi.spyOn(process.stderr, "write").mockImplementation(take),
  ];
  const logged = vi.spyOn(console, "log").mockImplementation((...values) => void written.push(`${values.join(" ")}\n`));
  const failed = vi
    .spyOn(console, "error")
    .mockImplementation((...values) => void written.push(`${values.join(" ")}\n`));
  try {
    const installation = { distFolder: join(import.meta.dirname, "..", "..", "dist") };
    const context = { installation, program: "reasoning-lab", typed: ["check", ...typed] };
    const code = await runProgram(context).catch((error: unknown) => {
      written.push(messageOf(error));
      return codeOfRefusal(context);
    });
    return { code, text: written.join("") };
  } finally {
    for (const spy of [out, error, logged, failed]) spy.mockRestore();
  }
}

test("says where what is broken, and the exit code says whether", async () => {
  const folder = projectFolder({ "rewards/bad.reward.ts": random, "rewards/good.reward.ts": good });
  const { code, text } = await check(folder);
  expect(code).toBe(1);
  expect(text).toMatch(/bad\.reward\.ts:2:32: error: A score of a depends on a random number.*\[random-score\]/);
  expect(text).toContain("2 files: 1 error, 0 warnings, 0 for information");
  expect(await check(join(folder, "rewards", "good.reward.ts"))).toMatchObject({
    code: 0,
    text: "1 file: nothing found\n",
  });
  expect((await check(folder, "--rule", "random-score=information")).code).toBe(0);
  expect((await check(folder, "--rule", "random-score=information", "--fail-on", "information")).code).toBe(1);
});

test("takes severities from the settings of the workspace, with its comments", async () => {
  const folder = projectFolder({ "bad.reward.ts": random });
  mkdirSync(join(folder, ".vscode"));
  writeFileSync(
    join(folder, ".vscode", "settings.json"),
    '{ // why\n  "reasoningLab.rewards.rules": { "random-score": "off", "seiling": "off" }, }',
  );
  const { code, text } = await check(folder);
  expect(code).toBe(0);
  expect(text).toContain('there is no rule "seiling"');
});

test.each([
  [["--format", "xml"], "--format must be text or json or sarif"],
  [["nothing.reward.ts"], "There is no reward file"],
  [["package.json"], "is no reward file"],
  [["--rule", "ceiling"], "--rule is RULE=SEVERITY"],
  [["--rule", "celing=off"], 'there is no rule "celing"'],
])("%j is misuse: exit code 2", async (typed, message) => {
  const { code, text } = await check(...typed);
  expect([code, text]).toEqual([2, expect.stringContaining(message)]);
});

const location = z.object({
  physicalLocation: z.object({
    artifactLocation: z.object({ uri: z.string().regex(/^[\w%./-]+$/), uriBaseId: z.literal("FOLDER") }),
    region: z.object({
      startLine: z.int().min(1),
      startColumn: z.int().min(1),
      endLine: z.int().min(1),
      endColumn: z.int().min(1),
    }),
  }),
});
/** What the standard requires of a log, and what GitHub asks for beside it. */
const sarif = z.object({
  $schema: z.url(),
  version: z.literal("2.1.0"),
  runs: z.array(
    z.object({
      tool: z.object({
        driver: z.object({
          name: z.string(),
          rules: z.array(z.object({ id: z.string(), shortDescription: z.object({ text: z.string() }) })),
        }),
      }),
      originalUriBaseIds: z.object({ FOLDER: z.object({ uri: z.string().regex(/^file:.*\/$/) }) }),
      results: z.array(
        z.object({
          ruleId: z.string(),
          ruleIndex: z.int().nonnegative(),
          level: z.enum(["error", "warning", "note"]),
          message: z.object({ text: z.string().min(1) }),
          locations: z.array(location).min(1),
        }),
      ),
    }),
  ),
});

test("writes SARIF and JSON", async () => {
  const folder = projectFolder({ "package.json": "{}", "a b/ü.reward.ts": random });
  const { code, text } = await check(folder, "--format", "sarif");
  expect(code).toBe(1);
  const [run] = sarif.parse(JSON.parse(text)).runs;
  const [result] = run!.results;
  expect(run!.tool.driver.rules[result!.ruleIndex]!.id).toBe("random-score");
  expect(result!.locations[0]!.physicalLocation.artifactLocation.uri).toContain("a%20b/%C3%BC.reward.ts");
  const json = z.object({
    version: z.literal(1),
    files: z.array(z.object({ findings: z.array(z.object({ rule: z.string(), line: z.int() })) })),
  });
  expect(json.parse(JSON.parse((await check(folder, "--format", "json")).text)).files[0]!.findings).toMatchObject([
    { rule: "random-score", line: 2 },
  ]);
});
