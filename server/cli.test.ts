/** The program in a terminal, with the real trainer on a model of a few numbers. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildSync } from "esbuild";
import { describe, expect, onTestFinished, test } from "vitest";
import type { RunEntry } from "./protocol/editor";
import { latestCheckpoint } from "./runs/checkpoints";
import { listRuns } from "./runs/list-runs";
import { readMetrics } from "./runs/metrics";
import { metricsPath } from "./runs/paths";
import { processState } from "./runs/process-state";
import { readRecord } from "./runs/record";
import { projectFolder, temporaryFolder, testInstallation } from "./processes/installation.testing";
import { buildSandbox } from "./processes/sandboxes/sandbox.testing";

function installed(): string {
  const folder = temporaryFolder("cli");
  writeFileSync(join(folder, "package.json"), JSON.stringify({ version: "0.0.0" }));
  mkdirSync(join(folder, "dist"));
  buildSync({
    absWorkingDir: __dirname,
    entryPoints: {
      cli: "cli.ts",
      trainer: "trainer.ts",
      "reward-process": "rewards/reward-process.ts",
      watchdog: "processes/watchdog-process.ts",
    },
    outdir: join(folder, "dist"),
    bundle: true,
    platform: "node",
    target: "node22",
    mainFields: ["module", "main"],
    external: ["esbuild"],
    logLevel: "silent",
  });
  return join(folder, "dist", "cli.js");
}

const recipe = {
  name: "Endless",
  engine: "cpu",
  model: { num_hidden_layers: 1, hidden_size: 8, num_attention_heads: 1, intermediate_size: 8 },
  task: { name: "chain-sum" },
  rewards: [{ function: "r.reward.ts#zero" }],
  stages: [{ kind: "reasoning-rl", steps: 10_000, prompts_per_step: 2, num_generations: 2, max_completion_length: 4 }],
  evaluation: { prompts: 1, samples: 1, during_prompts: 1, max_completion_length: 4 },
};

/** A run that goes on until it is ended, in a group of processes of its own as a terminal makes them. */
async function runInTerminal() {
  const workspace = projectFolder({
    "x.lab.json": JSON.stringify(recipe),
    "r.reward.ts": "export const zero = () => 0;",
  });
  const child = spawn(process.execPath, [installed(), "run", "x.lab.json"], {
    cwd: workspace,
    detached: true,
    // Where the built product has esbuild beside it.
    env: { ...process.env, NODE_PATH: join(__dirname, "..", "node_modules") },
  });
  const group = -child.pid!;
  onTestFinished(() => {
    try {
      process.kill(group, "SIGKILL");
    } catch {
      // All of them have ended.
    }
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const run = () => listRuns(workspace)[0];
  await expect.poll(() => run()?.record?.stages[0]?.step ?? 0, { timeout: 30_000 }).toBeGreaterThan(0);
  return { child, group, run, output: () => output };
}

function expectCheckpointAtItsStep({ folder, record }: RunEntry): void {
  expect(latestCheckpoint(folder, "reasoning-rl")).toMatch(new RegExp(`reasoning-rl-${record!.stages[0]!.step}$`));
}

test("a file of rollouts is scored, with plain lines where there is no terminal", async () => {
  const line = (completion: string) => JSON.stringify({ prompt: "p", completion, answer: "1" });
  const folder = projectFolder({
    "r.reward.ts": "export const size = ({ completion }) => completion.length;",
    "in.jsonl": `${line("a")}\n${line("bbb")}\n`,
    "bad.jsonl": `${line("a")}\n{"prompt":"p","answer":"1"}\n`,
  });
  const cli = installed();
  const score = async (...args: string[]) => {
    const child = spawn(process.execPath, [cli, "score", "--reward", "r.reward.ts", ...args], {
      cwd: folder,
      env: { ...process.env, NODE_PATH: join(__dirname, "..", "node_modules") },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const [code] = (await once(child, "close")) as [number | null];
    return { code, output };
  };
  const scored = await score("--input", "in.jsonl", "--output", "out.jsonl");
  expect(scored).toMatchObject({ code: 0, output: expect.stringContaining("2/2  size 2.000") as unknown });
  expect(scored.output).toContain("size: 2.000 ± 1.414 (2 scores, 0 not applicable, 0 errors)\nWrote out.jsonl");
  expect(scored.output).not.toContain("\u001b");
  expect(readFileSync(join(folder, "out.jsonl"), "utf8").split("\n")[1]).toContain('"rewards":{"size":3}');
  const bad = await score("--input", "bad.jsonl");
  expect(bad.code).toBe(1);
  expect(bad.output).toContain('bad.jsonl:2: "completion" is missing.');
  expect((await score()).output).toContain("--reward needs --input");
  expect((await score("--input", "in.jsonl", "--workers", "0.5")).output).toContain("--workers must be a whole number");
});

test.skipIf(process.platform === "win32")("a folder that is gone is said, not thrown", async () => {
  const folder = temporaryFolder("gone");
  const child = spawn("sh", ["-c", 'rmdir "$PWD" && exec "$0" "$1" run x', process.execPath, installed()], {
    cwd: folder,
    env: { ...process.env, NODE_PATH: join(__dirname, "..", "node_modules") },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  expect(await once(child, "close")).toEqual([1, null]);
  expect(output).toBe("The current folder no longer exists. Change to another one and try again.\n");
});

// Windows has no groups of processes that a signal goes to, and ends the children of a process with it.
describe.skipIf(process.platform === "win32")("in a terminal", () => {
  test("that closes, a run ends with a checkpoint", async () => {
    const { child, group, run, output } = await runInTerminal();
    const exited = once(child, "exit");
    process.kill(group, "SIGHUP");
    process.kill(group, "SIGHUP");
    expect(await exited).toEqual([130, null]);
    expect(run()!.record).toMatchObject({
      status: "stopped",
      message: "The run stopped with a checkpoint. Resume continues from it.",
    });
    expectCheckpointAtItsStep(run()!);
    expect(output()).toMatch(/Resume with: .*cli\.js resume \.reasoning-lab\/runs\//);
  });

  test("a run whose metrics are deleted pauses and says so, and they are there again", async () => {
    const { child, run, output } = await runInTerminal();
    const exited = once(child, "exit");
    const metrics = metricsPath(run()!.folder);
    const before = readMetrics(run()!.folder, 0).rows;
    rmSync(metrics);
    expect(await exited).toEqual([1, null]);
    const message = `${metrics} was deleted or moved while the run was writing it. Its contents were written there again: resume the run.`;
    expect(run()!.record).toMatchObject({ status: "paused", message });
    expect(output()).toContain(message);
    expect(readMetrics(run()!.folder, 0).rows.slice(0, before.length)).toEqual(before);
  });

  test("a run whose supervisor is killed ends with a checkpoint", async () => {
    const { child, run } = await runInTerminal();
    child.kill("SIGKILL");
    const { folder } = run()!;
    // The list says so at once, the trainer when it has saved.
    await expect.poll(() => readRecord(folder).status, { timeout: 10_000 }).toBe("interrupted");
    expectCheckpointAtItsStep(run()!);
  });
});

/** Processes whose parent is this one, where the system tells. */
const childrenOf = (parent: number): number[] =>
  readdirSync("/proc").flatMap((name) =>
    /^\d+$/.test(name) && parentOf(Number(name)) === parent ? [Number(name)] : [],
  );

function parentOf(pid: number): number | null {
  const state = processState(pid);
  return state === null || state.ended ? null : state.parent;
}

const isThere = (pid: number): boolean => parentOf(pid) !== null;

// Only there are children found without a program for it.
describe.skipIf(process.platform !== "linux")("when the program is killed", () => {
  test("rewards and programs of a model that never end are ended, and nothing is left", async () => {
    const cli = installed();
    buildSandbox(dirname(cli));
    const module = "reasoning-lab.mjs";
    copyFileSync(join(testInstallation().distFolder, module), join(dirname(cli), module));
    const completion = "```python\ndef f():\n    while True: pass\n```";
    const folder = projectFolder({
      "loop.reward.ts": `export const loop = () => { for (;;) {} };`,
      "program.reward.ts": `import { verifyCode } from "reasoning-lab";
        export const program = async ({ completion }) => (await verifyCode(completion, { asserts: ["f()"] }, { timeout: 300 })).score;`,
      "in.jsonl": `${JSON.stringify({ prompt: "p", completion, answer: "1" })}\n`,
    });
    const temporary = temporaryFolder("files");
    const scripts = (pid: number): string => childrenOf(pid).map(commandOf).join("\n");
    for (const [reward, busy] of [
      ["loop", /reward-process\.js/],
      ["program", /sandbox\.mjs/],
    ] as const) {
      const child = spawn(
        process.execPath,
        [cli, "score", "--reward", `${reward}.reward.ts`, "--input", "in.jsonl", "--timeout", "300"],
        {
          cwd: folder,
          env: { ...process.env, NODE_PATH: join(__dirname, "..", "node_modules"), TMPDIR: temporary },
          stdio: "ignore",
        },
      );
      onTestFinished(() => void child.kill("SIGKILL"));
      await expect.poll(() => scripts(child.pid!), { timeout: 30_000 }).toMatch(busy);
      // A folder, and the lock beside it.
      expect(readdirSync(temporary)).toHaveLength(2);
      const processes = childrenOf(child.pid!);
      const looping = processes.find((pid) => busy.test(commandOf(pid)))!;
      onTestFinished(() => processes.filter(isThere).forEach((pid) => process.kill(pid, "SIGKILL")));
      const before = cpuOf(looping);
      await expect.poll(() => cpuOf(looping), { timeout: 30_000 }).toBeGreaterThan(before + 20);
      child.kill("SIGKILL");
      await expect.poll(() => processes.filter(isThere).map(commandOf), { timeout: 15_000 }).toEqual([]);
      await expect.poll(() => readdirSync(temporary), { timeout: 15_000 }).toEqual([]);
    }
  });
});

const commandOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
};

/** Hundredths of a second that a process has computed. */
const cpuOf = (pid: number): number => processState(pid)?.computed ?? 0;
