/** A process that is stopped for a while (Ctrl-Z, a debugger, a laptop that sleeps) says of rewards and programs what one says that was not. */
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { beforeAll, expect, test, vi } from "vitest";
import { otherGroup } from "../runs/processes.testing";
import type { Installation } from "./installation";
import { projectFolder, temporaryFolder, testInstallation } from "./installation.testing";
import { buildSandbox } from "./sandboxes/sandbox.testing";

/** Seconds that a group of samples, and a step of a program, may take. */
const timeout = 2;
/** How long a process is stopped, in milliseconds: longer than that. */
const stop = 3000;

/** Takes some time, in parts: its process is heard of meanwhile, and cannot answer at once when it goes on. */
const reward = `
  export const reward = async ({ completion }) => {
    if (completion === "0") console.log("scoring");
    for (let part = 0; part < 20; part++) await new Promise((resolve) => setTimeout(resolve, 20));
    return Number(completion);
  };`;

/** Has rewards score and a program run, and says what came of both. */
const scores = `
  import { openRewardPool } from "../processes/rewards/reward-pool";
  import { plainReward } from "../processes/rewards/pool-reward";
  import { openSandboxPool } from "../processes/sandboxes/sandbox-pool";
  import { findRewardRuntime } from "../processes/runtime";
  const [folder, bundleFolder, distFolder, timeout] = process.argv.slice(2);
  const code = 'console.log("ready"); for (let x = 0, y = 0; x < 2e6; x++) y += x; console.log("done");';
  const job = { language: "javascript", code, leetcode: false, steps: [{ kind: "program", input: "", output: null, tolerance: { absolute: 0, relative: 0, share: 0 } }], keep: 1000, shown: 1000 };
  const groups = ["0", "1", "2", "3"].map((completion) => ({ prompt: "p", completions: [completion], answer: "", row: {} }));
  async function main() {
    const runtime = await findRewardRuntime("");
    const sandboxes = openSandboxPool({ script: distFolder + "/sandbox.mjs", runtime, size: 1 });
    // Its process is started before anything is stopped.
    await sandboxes.run(job, 60);
    const pool = openRewardPool({
      rewards: [plainReward("a.reward.ts#reward")],
      ...{ folder, bundleFolder, runtime, installation: { distFolder } },
      log: (text) => process.send(text),
    });
    const [{ outcomes }, results] = await Promise.all([pool.score(groups, Number(timeout)), sandboxes.run(job, Number(timeout))]);
    process.send({ outcomes, programs: results.map(({ outcome, stdout }) => ({ outcome, stdout })) }, () => process.exit());
  }
  void main().catch((error) => process.send(String(error), () => process.exit(1)));
`;

let installation: Installation;
beforeAll(() => {
  installation = testInstallation();
  buildSandbox(installation.distFolder);
  // Where the built product has esbuild beside it.
  vi.stubEnv("NODE_PATH", [join(__dirname, "..", "..", "node_modules"), process.env["NODE_PATH"]].join(delimiter));
});

/** Scores in a process that is stopped once it does; `whom`: of its number, those that are stopped. */
async function scored(whom: ((pid: number) => number) | null): Promise<unknown> {
  const folder = projectFolder({ "a.reward.ts": reward });
  const child = otherGroup(scores, folder, temporaryFolder("bundles"), installation.distFolder, String(timeout));
  for (;;) {
    const message = await new Promise<unknown>((resolve) => child.once("message", resolve).once("exit", resolve));
    if (typeof message !== "string") return message;
    if (!message.includes("scoring")) throw new Error(message);
    if (whom === null) continue;
    process.kill(whom(child.pid!), "SIGSTOP");
    await pause(stop);
    process.kill(whom(child.pid!), "SIGCONT");
  }
}

const ended = (score: number) => [{ kind: "score", score, extras: {} }];
const undisturbed = {
  outcomes: { reward: [0, 1, 2, 3].map(ended) },
  programs: [{ outcome: { kind: "exit", code: 0, printed: null, difference: 0, missing: 0 }, stdout: "ready\ndone\n" }],
};

test("a process that is left alone scores", async () => {
  expect(await scored(null)).toEqual(undisturbed);
});

test.skipIf(process.platform === "win32")("a job that is stopped as a whole and goes on scores the same", async () => {
  expect(await scored((pid) => -pid)).toEqual(undisturbed);
});

test.skipIf(process.platform === "win32")("so does a supervisor that is stopped while its children go on", async () => {
  expect(await scored((pid) => pid)).toEqual(undisturbed);
});
