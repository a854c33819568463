/** Whatever a reward does to its process: a run and Score Samples go on or stop in order, and say it at the line. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { installationWithChannel } from "../processes/installation.testing";
import { scoreSamples } from "./score";
import { project, started } from "../launch/runs.testing";

interface Fault {
  /** Line 4 of the file, and no more than that line, so that what is said of it stands there. */
  readonly does: string;
  /** What is said at the line. */
  readonly says: RegExp;
  /** Lines from 1 at which it may be said: where the code stands, or the export where it hung or died without a word. */
  readonly line: number;
  /** Whether the sample has its score all the same. */
  readonly scores?: boolean;
  /** It takes seconds, and on a busy machine longer than *Score Samples* waits. */
  readonly slow?: boolean;
}

const exported = 2;
const itself = 4;

const faults: Readonly<Record<string, Fault>> = {
  "an endless loop": { does: "for (;;);", says: /took longer than [15] s/, line: exported },
  "an endless loop of promises": {
    does: "for (;;) await null;",
    says: /took longer than [15] s/,
    line: exported,
  },
  "a fork bomb": {
    does: 'for (;;) process.getBuiltinModule("child_process").spawn(process.execPath, ["-e", "0"]);',
    says: /A reward has no node:child_process/,
    line: itself,
  },
  "a bomb of workers": {
    does: 'for (;;) new Worker("data:text/javascript,0");',
    says: /Worker is not defined/,
    line: itself,
  },
  "4 GB of objects": {
    does: "for (const kept = []; ; ) kept.push(new Array(1e6).fill(kept.length + 0.5));",
    says: /used more than 512 MB of memory/,
    line: exported,
    slow: true,
  },
  "4 GB in one piece": {
    does: "Buffer.alloc(4 * 2 ** 30, 1);",
    says: /allocation|memory|invalid|out of range/i,
    line: itself,
  },
  "process.exit": { does: "process.exit(3);", says: /ended its process \(exit code 3\)/, line: itself },
  "an unhandled rejection after the answer": {
    does: 'void Promise.resolve().then(() => { throw new Error("astray"); });',
    says: /astray/,
    line: itself,
    scores: true,
  },
  "a throw from a timer after the answer": {
    does: 'setTimeout(() => { throw new Error("late"); }, 5); await new Promise((resolve) => setTimeout(resolve, 50));',
    says: /late/,
    line: itself,
    scores: true,
  },
  "a promise that never settles": {
    does: "await new Promise(() => undefined);",
    says: /took longer than [15] s/,
    line: exported,
  },
  "a message that it may not send": {
    does: 'process.send({ type: "scored", id: 0, group: 0, outcomes: [], started: 0, milliseconds: 0 });',
    says: /process\.send is not a function/,
    line: itself,
  },
};

const source = ({ does }: Pick<Fault, "does">): string => `// @ts-nocheck
export const correct = async ({ completion }) => {
  if (completion !== "no") {
    ${does}
  }
  return 0.5;
};
`;

function faulty(fault: Pick<Fault, "does" | "slow">) {
  const options = project("faulty", [{ kind: "reasoning-rl", steps: 1, reward_timeout: fault.slow ? 60 : 1 }]);
  const file = join(options.workspaceFolder, "recipes", "rewards", "chain-sum.reward.ts");
  writeFileSync(file, source(fault));
  const cases = ["<answer>2</answer>", "no"].map((completion) =>
    JSON.stringify({ reward: "correct", prompt: "1+1", completion, answer: "2", expect: 0.5 }),
  );
  writeFileSync(join(options.workspaceFolder, "recipes", "rewards", "chain-sum.reward.cases.jsonl"), cases.join("\n"));
  return { options, file };
}

test.each(Object.entries(faults))("%s is survived in training, with a message at the line", async (_, fault) => {
  const { options, file } = faulty(fault);
  const log: string[] = [];
  const run = await started(options, { log: (_level, text) => log.push(text) });
  const end = await run.ended;
  const scores = fault.scores === true;
  // The trainer of the test pauses at an error of its sample, as a stage does whose rewards all fail.
  expect(end.status).toBe(scores ? "completed" : "paused");
  const said = log.filter((text) => fault.says.test(text));
  expect(said, log.join("\n")).not.toEqual([]);
  expect(said[0]).toContain(`${file}:${fault.line}: correct: `);
  if (scores) expect(said[0]).toMatch(/No call waits for this, so it is of no sample\. Is an await missing\?$/);
});

test.each(Object.entries(faults))("%s is survived by Score Samples, with a message at the line", async (_, fault) => {
  const { options, file } = faulty(fault);
  const { workspaceFolder, installation, nodePath } = options;
  const result = await scoreSamples({ workspaceFolder, file, export: "correct", installation, nodePath });
  expect(result).toMatchObject({ source: "cases", samples: 2 });
  const scores = fault.scores === true;
  // The other case has its score, whatever this one did.
  expect(result.errors).toBe(scores ? 0 : 1);
  expect(result.mean).toBe(0.5);
  const told = scores ? result.strays?.[0] : result.firstError;
  const says = fault.slow ? new RegExp(`${fault.says.source}|took longer than 5 s`) : fault.says;
  expect(told).toMatchObject({ message: expect.stringMatching(says) as unknown, file, line: fault.line });
});

test("messages that are forged on the channel change no score, and are told with the file", async () => {
  const lies = [
    {
      type: "scored",
      id: 77,
      group: 0,
      outcomes: [{ kind: "score", score: 1, extras: {} }],
      started: 0,
      milliseconds: 0,
    },
    { type: "loaded", missing: true },
    { type: "score" },
    { type: "scored", id: 0, group: 0, outcomes: "all" },
  ];
  const text = `${lies.map((lie) => JSON.stringify(lie)).join("\n")}\n{"type":\n`;
  const { options, file } = faulty({ does: `globalThis.written(${JSON.stringify(text)});` });
  const { workspaceFolder, nodePath } = options;
  const installation = installationWithChannel();
  const log: string[] = [];
  const result = await scoreSamples({
    workspaceFolder,
    file,
    export: "correct",
    installation,
    nodePath,
    log: (line) => log.push(line),
  });
  expect(result).toMatchObject({ samples: 2, errors: 0, mean: 0.5 });
  expect(log).toContain(
    "chain-sum.reward.ts: A reward tried to send its own message to this process; the message is ignored.",
  );
  expect(readFileSync(file, "utf8")).toContain("written");
});
