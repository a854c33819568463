/** Rewards that have programs judged: from the reward's own process, by way of the supervisor, to a sandbox and back. */
import { beforeAll, expect, onTestFinished, test } from "vitest";
import type { Installation } from "../installation";
import { openRewardPool } from "./reward-pool";
import { plainReward } from "./pool-reward";
import { findRewardRuntime, type RewardRuntime } from "../runtime";
import { projectFolder, temporaryFolder, testInstallation } from "../installation.testing";
import { buildSandbox } from "../sandboxes/sandbox.testing";

let installation: Installation;
let runtime: RewardRuntime;
beforeAll(async () => {
  installation = testInstallation();
  buildSandbox(installation.distFolder);
  runtime = await findRewardRuntime("");
});

const fence = "```";
const answered = (code: string) => `<think>…</think>\n${fence}python\n${code}\n${fence}`;

async function scored(source: string, completions: readonly string[], timeout: number) {
  const pool = openRewardPool({
    rewards: [plainReward("a.reward.ts#reward")],
    folder: projectFolder({ "a.reward.ts": source }),
    bundleFolder: temporaryFolder("bundles"),
    installation,
    runtime,
    log: () => undefined,
  });
  onTestFinished(() => pool.close());
  const row = { test_list: ["assert double(2) == 4", "assert double(0) == 0"] };
  const { outcomes } = await pool.score([{ prompt: "p", completions: [...completions], answer: "", row }], timeout);
  return outcomes["reward"]![0]!;
}

test("a reward judges programs, and one that never ends takes nobody along", async () => {
  const outcomes = await scored(
    `import { verifyCode, type Reward } from "reasoning-lab";
     export const reward: Reward = async ({ completion, row }) => {
       const verdict = await verifyCode(completion, { asserts: row.test_list as string[] }, { timeout: 2 });
       return { score: verdict.score ?? 0, status: verdict.status };
     };`,
    [
      answered("def double(x): return 2 * x"),
      answered("def double(x):\n    while True: pass"),
      answered("def double(x): return x"),
      answered("double = 1 / 0"),
      "I do not know.",
    ],
    1,
  );
  expect(outcomes).toMatchObject([
    { kind: "score", score: 1, extras: { status: "passed" } },
    { kind: "score", score: 0, extras: { status: "timeout" } },
    { kind: "score", score: 0.5, extras: { status: "wrong-answer" } },
    { kind: "score", score: 0, extras: { status: "crash" } },
    { kind: "score", score: 0, extras: { status: "no-code" } },
  ]);
});

test("a reward runs programs of both languages on an input", async () => {
  const outcomes = await scored(
    `import { runPython, runJavaScript, type Reward } from "reasoning-lab";
     export const reward: Reward = async ({ completion }) => {
       const python = await runPython("print(input()[::-1])", { input: completion });
       const javascript = await runJavaScript("console.log([...readline()].reverse().join(''))", { input: completion });
       return { score: Number(python.exitCode), python: python.stdout, javascript: javascript.stdout };
     };`,
    ["abc"],
    5,
  );
  expect(outcomes).toMatchObject([{ kind: "score", score: 0, extras: { python: "cba\n", javascript: "cba\n" } }]);
});

test("tests that are none are an error of the reward, never a score", async () => {
  const outcomes = await scored(
    `import { verifyCode, type Reward } from "reasoning-lab";
     export const reward: Reward = async ({ completion }) => (await verifyCode(completion, { asserts: [] })).score;`,
    [answered("x = 1")],
    5,
  );
  expect(outcomes[0]).toMatchObject({ kind: "error" });
  expect(JSON.stringify(outcomes[0])).toContain("There are no tests");
});
