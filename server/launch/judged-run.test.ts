/** Runs whose rewards ask a judge: what it says is kept with the run, and a budget that is used up pauses it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { judgeServer, partsOf, scoreText, type JudgeServer } from "../processes/rewards/judge-server.testing";
import { readRun } from "../runs/list-runs";
import { judgeTotals } from "../runs/judgements";
import { readMetrics } from "../runs/metrics";
import { resumeOnSave } from "./resume-on-save";
import type { RunHandle } from "./run";
import { project, resumed, started } from "./runs.testing";

async function judged(steps: number, options: string) {
  const judge = await judgeServer((asked) => ({
    text: scoreText(partsOf(asked)["completion"]!.includes("answer") ? 0.75 : 0),
  }));
  onTestFinished(() => judge.close());
  const run = project("judged", [{ kind: "reasoning-rl", steps }]);
  const recipe = JSON.parse(readFileSync(run.recipeFile, "utf8")) as { rewards: object[] };
  recipe.rewards = recipe.rewards.map((reward) => ({ ...reward, hosts: [judge.host] }));
  writeFileSync(run.recipeFile, JSON.stringify(recipe));
  const file = join(run.workspaceFolder, "recipes", "rewards", "chain-sum.reward.ts");
  const write = (given: string): void => writeFileSync(file, rewardOf(judge, given));
  write(options);
  return { judge, run, write };
}

const rewardOf = ({ endpoint }: JudgeServer, options: string): string => `
  import { judge, type Reward } from "reasoning-lab";
  const fair = judge({ rubric: "Is it right?", endpoint: "${endpoint}", model: "m", ${options} });
  export const correct: Reward = ({ prompt, completion }) => fair.score({ prompt, completion });`;

test("a run asks for each text once, whatever its steps, and a resume asks nothing", async () => {
  const { judge, run, write } = await judged(3, "");
  const first = await started(run);
  expect(await first.ended).toMatchObject({ status: "completed" });
  expect(readMetrics(first.folder, 0).rows.map(({ reward }) => reward)).toEqual([0.75, 0.75, 0.75]);
  expect(judge.asked).toHaveLength(2);
  expect(judgeTotals(first.folder)).toEqual({
    m: { calls: 2, verdicts: 2, input: 200, output: 20, cost: null, seconds: expect.any(Number) as number },
  });
  // Another run begins with nothing; a fork or a resume of it would not.
  write("max_concurrent: 1");
  const second = await started(run);
  await second.ended;
  expect(judge.asked).toHaveLength(4);
});

test("a budget that is used up pauses the run, and raising it lets it go on with what was judged", async () => {
  const { judge, run, write } = await judged(2, "max_concurrent: 1, budget: { calls: 1 }");
  const paused = await started(run);
  expect(await paused.ended).toMatchObject({
    status: "paused",
    message: expect.stringMatching(/^The judge m has used up its budget: 1 of 1 calls\. Raise "budget"/) as unknown,
  });
  expect(judge.asked).toHaveLength(1);
  // As it is, it may ask no more than it has.
  const again = await resumed(paused.folder, run);
  expect(await again.ended).toMatchObject({ status: "paused" });
  expect(judge.asked).toHaveLength(1);
  const end = new AbortController();
  onTestFinished(() => end.abort());
  const next: RunHandle[] = [];
  const over = resumeOnSave(again, () => run, {}, { resumed: (one) => next.push(one), signal: end.signal });
  write("max_concurrent: 1, budget: { calls: 2 }");
  await over;
  expect(readRun(paused.folder).record?.status).toBe("completed");
  expect(judge.asked).toHaveLength(2);
});
