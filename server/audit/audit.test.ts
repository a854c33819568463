/** The gate of an audit fails closed; what is accepted has its reason; a finding becomes a case. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { passes, type AuditReport } from "../protocol/audit";
import type { Installation } from "../processes/installation";
import { projectFolder, testInstallation } from "../processes/installation.testing";
import { parseCases } from "../rewards/cases";
import { accept, acceptedFile } from "./accepted";
import { auditRewards } from "./audit";
import { findingAsCase } from "./finding-as-case";

let installation: Installation;
beforeAll(() => {
  installation = testInstallation();
});

const head = 'import { splitReasoning, type Reward } from "reasoning-lab";\n';
const anyAnswer = `${head}export const correct: Reward = ({ completion, answer }) => {
  const given = splitReasoning(completion).answer;
  if (given === null) return 0;
  return answer.startsWith(given) ? 1 : 0;
};
`;
const cases = ["12", "7", "305"].map((answer) =>
  JSON.stringify({ reward: "correct", prompt: `${answer}?`, completion: "c", answer, row: { level: 2 }, expect: 0 }),
);

const project = (source: string, lines: readonly string[] = cases): string =>
  join(projectFolder({ "a.reward.ts": source, "a.reward.cases.jsonl": `${lines.join("\n")}\n` }), "a.reward.ts");

const audit = (file: string): Promise<AuditReport> =>
  auditRewards({
    workspaceFolder: join(file, ".."),
    file,
    export: null,
    installation,
    nodePath: "",
    rollouts: [],
    program: "reasoning-lab",
    typedFile: "a.reward.ts",
  });

test("what is proven has its text, score, sound score, line and command, and becomes a case that fails", async () => {
  const file = project(anyAnswer);
  const report = await audit(file);
  const found = report.findings.find(({ id }) => id === "correct/empty-answer")!;
  expect(found).toMatchObject({
    verdict: "proven",
    got: { kind: "score", score: 1 },
    gold: 1,
    sound: { score: 0 },
    line: 5,
    command: "reasoning-lab audit a.reward.ts --finding correct/empty-answer",
  });
  expect(report.rewards).toMatchObject([{ name: "correct", pays: "answer", errors: 0 }]);
  expect(passes(report)).toBe(false);
  const { cases: made, problems } = parseCases(findingAsCase(found));
  expect(problems).toEqual([]);
  expect(made).toMatchObject([
    { reward: "correct", completion: found.sample.completion, row: { level: 2 }, expect: 0 },
  ]);
  // The same attacks in every audit.
  expect((await audit(file)).findings.map(({ id, sample }) => [id, sample])).toEqual(
    report.findings.map(({ id, sample }) => [id, sample]),
  );
});

test("an accepted finding passes with its reason; one without a reason, or a file that is none, lets nothing pass", async () => {
  const file = project(anyAnswer);
  for (const { id, verdict } of (await audit(file)).findings) if (verdict === "proven") accept(file, id, "a test");
  const report = await audit(file);
  expect(passes(report)).toBe(true);
  expect(report.findings.find(({ id }) => id === "correct/empty-answer")?.accepted).toBe("a test");
  accept(file, "correct/gone", "it was there");
  expect((await audit(file)).notes.join()).toContain("correct/gone is accepted and is not found any more");
  accept(file, "correct/empty-answer", "  ");
  expect(readFileSync(acceptedFile(file), "utf8")).not.toContain("correct/empty-answer");
  writeFileSync(acceptedFile(file), '{"accepted":[{"finding":"correct/empty-answer","reason":""}]}');
  await expect(audit(file)).rejects.toThrow("each needs its reason");
  writeFileSync(acceptedFile(file), "{");
  await expect(audit(file)).rejects.toThrow("is not JSON");
});

test("a reward that fails, that does not load or that has no data has not passed", async () => {
  const failing = await audit(project(`${head}export const correct: Reward = () => { throw new Error("no judge"); };`));
  expect(failing.failures.join()).toContain("no judge");
  expect(passes(failing)).toBe(false);
  await expect(audit(project(`${head}import "./gone";\nexport const correct: Reward = () => 1;`))).rejects.toThrow(
    "gone",
  );
  await expect(audit(project(anyAnswer, []))).rejects.toThrow("There is nothing to audit a.reward.ts on");
});

test("half of all completions that cannot be scored are too many", async () => {
  const source = `${head}export const correct: Reward = ({ completion, answer }) => {
    if (!completion.startsWith("<think>One")) throw new Error("not mine");
    return splitReasoning(completion).answer === answer ? 1 : 0;
  };`;
  const report = await audit(project(source));
  expect(report.failures.join()).toMatch(/correct failed on \d+ of \d+ completions/);
});

test("a wrong answer that outdoes a right one in the recipe's sum is proven of the recipe", async () => {
  const source = `${head}export const right: Reward = ({ completion, answer }) => (splitReasoning(completion).answer === answer ? 1 : 0);
export const long: Reward = ({ completion }) => Math.min(1, completion.length / 1000);
`;
  const recipe = (weight: number): string =>
    JSON.stringify({
      name: "sum",
      model: {},
      task: { name: "addition", max_digits: 2 },
      rewards: [{ function: "a.reward.ts#right" }, { function: "a.reward.ts#long", weight }],
      stages: [{ kind: "reasoning-rl" }],
    });
  const found = async (weight: number): Promise<string[]> => {
    const folder = projectFolder({ "a.reward.ts": source, "a.lab.json": recipe(weight) });
    const { findings } = await audit(join(folder, "a.reward.ts"));
    return findings.flatMap(({ id, verdict }) => (verdict === "proven" ? [id] : []));
  };
  expect(await found(5)).toContain("recipe/very-long");
  expect(await found(0.1)).toEqual([]);
});
