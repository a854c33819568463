/** Real processes at both ends: whoever speaks to them, they live, answer what is right, and take nothing for more than it is. */
import { fork } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { SandboxJob } from "../../server/protocol/sandbox";
import { traceQuestions } from "../../server/protocol/trace-questions";
import type { GroupResult } from "../../server/processes/rewards/score-groups";
import { largeMessages } from "../../server/shared/message-lines";
import { startWithChannel, type ChildChannel } from "../../server/processes/child-channel";
import { RewardLoadError, startRewardChild } from "../../server/processes/rewards/reward-child";
import { workspaceJudges } from "../../server/processes/rewards/open-judges";
import { rewardEnvironment } from "../../server/processes/runtime";
import { fromSchema } from "./from-schema";
import { hostileValue, jsonText, mutated, mutatedText } from "./mutate";
import { schemaOf, type BoundaryName } from "./protocol-schemas";
import type { Random } from "./random";
import { unfitForPeople, type FuzzOptions } from "./rounds";

/** Seconds for an answer on a busy machine. */
const patience = 120;

/** Messages of a boundary, right or almost; as JSON has them. */
const messages = (name: BoundaryName, random: Random, count: number): object[] =>
  Array.from({ length: count }, () => {
    const value = fromSchema(schemaOf(name), random);
    return random.chance(0.2) ? value : mutated(value, random);
  }).filter((one): one is object => typeof one === "object" && one !== null && jsonText(one) !== "");

/** Lines that a reward process says: almost right messages, ones of Node's own kind, and what is no JSON. */
function forgedLines(random: Random): string[] {
  return messages("fromRewardProcess", random, 1 + random.below(6)).map((message) => {
    const line = JSON.stringify(message);
    if (random.chance(0.6)) return line;
    return random.pick([
      mutatedText(line, random),
      JSON.stringify({ cmd: "NODE_HANDLE_ACK", message }),
      "[".repeat(3000),
      "\0",
      "{}{}",
    ]);
  });
}

type Outcome = { readonly faults: string[]; readonly input: unknown };
const within = <T>(work: Promise<T>): Promise<T | "late"> => {
  const over = new AbortController();
  const late = pause(patience * 1000, "late" as const, { signal: over.signal }).catch(() => "late" as const);
  return Promise.race([work, late]).finally(() => over.abort());
};

/** A supervisor's end of a reward process that forges. */
export async function forgedReward({ dist }: FuzzOptions, random: Random): Promise<Outcome> {
  const faults: string[] = [];
  const groups = Array.from({ length: 1 + random.below(3) }, () => ({
    prompt: "p",
    completions: ["a", "b"],
    answer: "1",
    row: { lines: forgedLines(random) },
  }));
  const loading = random.chance(0.2) ? forgedLines(random) : [];
  const input = { groups, loading };
  const settings = {
    runtime: { execPath: process.execPath, restricted: false, reason: "", flags: [], dataKilobytes: null },
    script: join(__dirname, "protocol-forger.cjs"),
    log: () => undefined,
    programs: () => ({ run: () => Promise.resolve([]), end: () => undefined }),
    judges: workspaceJudges(dist, () => undefined),
  };
  const limits = { max_concurrent: 8, requests_per_second: null, retries: 0, retry_delay: 1 };
  const module = {
    module: join(dist, "reasoning-lab.mjs"),
    reward: "a#reward",
    rights: { hosts: [], keys: [], environment: {} },
    export: { name: "reward", takesGroup: false, limits },
    env: { forged: JSON.stringify({ lines: loading }) },
  };
  let child;
  try {
    child = await startRewardChild(module, settings);
  } catch (error) {
    if (!(error instanceof RewardLoadError) || unfitForPeople(error.message) !== null)
      faults.push(`Loading throws: ${String(error)}`);
    return { faults, input };
  }
  const reported = new Map<number, GroupResult>();
  const scoring = child.score(groups, 1, (group, result) => {
    if (reported.has(group)) faults.push(`Group ${group} is reported twice.`);
    reported.set(group, result);
    if (groups[group] === undefined) faults.push(`Group ${group} was not asked for.`);
    if (result.kind === "scored" && result.outcomes.length !== 2)
      faults.push("A group has another number of outcomes.");
    if (result.kind === "scored" && !Number.isFinite(result.milliseconds))
      faults.push("A group took no time that is a number.");
  });
  if ((await within(scoring.then(() => "over" as const))) === "late")
    faults.push(`Scoring was not over within ${patience} s.`);
  child.kill();
  return { faults, input };
}

interface Told {
  readonly channel: ChildChannel;
  /** Resolves with the first message that is looked for; null once the process is gone. */
  readonly until: (fits: (message: unknown) => boolean) => Promise<unknown>;
}

function told(args: readonly string[], cwd: string): Told {
  const listeners = new Set<(message: unknown) => void>();
  const channel = startWithChannel({ execPath: process.execPath, args, env: rewardEnvironment(), cwd }, largeMessages, {
    message: (data) => listeners.forEach((listener) => listener(data)),
    odd: () => undefined,
    killed: () => undefined,
    printed: () => undefined,
  });
  return {
    channel,
    until: (fits) =>
      new Promise((resolve) => {
        channel.child.once("exit", () => resolve(null));
        listeners.add((message) => {
          if (fits(message)) resolve(message);
        });
      }),
  };
}

const isOf =
  (type: string, id?: number) =>
  (message: unknown): boolean =>
    typeof message === "object" &&
    message !== null &&
    Reflect.get(message, "type") === type &&
    (id === undefined || Reflect.get(message, "id") === id);

/** A reward process to which its supervisor says odd things: it lives, and answers a ping. */
export async function rewardProcess({ dist }: FuzzOptions, random: Random): Promise<Outcome> {
  const { channel, until } = told([join(dist, "reward-process.js")], dist);
  // What is loaded is a file that the supervisor has made.
  const module = join(dist, "reasoning-lab.mjs");
  const input = messages("toRewardProcess", random, 30).map((message) =>
    "module" in message && typeof message.module === "string" ? { ...message, module } : message,
  );
  const id = 987_654_321;
  const answer = until(isOf("pong", id));
  for (const message of input) channel.send(message);
  channel.send({ type: "ping", id });
  const heard = await within(answer);
  channel.child.kill("SIGKILL");
  return {
    faults:
      heard === null ? ["The reward process ended."] : heard === "late" ? ["The reward process does not answer."] : [],
    input,
  };
}

const goodJob: SandboxJob = {
  language: "javascript",
  code: "function add(a, b) { return a + b }",
  leetcode: false,
  steps: [
    {
      kind: "call",
      function: "add",
      arguments: [{ int: "0x1" }, { int: "0x2" }],
      expected: { int: "0x3" },
      equality: "javascript",
      tolerance: { absolute: 0, relative: 0, share: 0 },
    },
  ],
  keep: 100,
  shown: 100,
};

/** A sandbox to which its pool says odd things: it lives, and does a job that is right. */
export async function sandbox({ dist }: FuzzOptions, random: Random): Promise<Outcome> {
  const { channel, until } = told([join(dist, "sandbox.mjs")], dist);
  const job = { type: "job", id: 1, job: goodJob };
  const input = Array.from({ length: 10 }, () => (random.chance(0.7) ? mutated(job, random) : hostileValue(random)));
  const id = 987_654_321;
  const answer = until(isOf("step", id));
  for (const message of input)
    if (typeof message === "object" && message !== null && jsonText(message) !== "") channel.send(message);
  channel.send({ ...job, id });
  const heard = await within(answer);
  channel.child.kill("SIGKILL");
  const said = jsonText(heard);
  const faults = said.includes('"equal":true') ? [] : [`The sandbox does not do a right job: ${said.slice(0, 500)}`];
  return { faults, input };
}

const questions = Object.keys(traceQuestions);
const boundaryOf = ["askedOfGroups", "askedOfPairs", "askedOfExamples"] as const;

/** The process that reads traces, asked odd things of a run: it lives, and answers what is right. */
export async function traceProcess({ dist, template }: FuzzOptions, random: Random): Promise<Outcome> {
  const { channel, until } = told([join(dist, "trace-process.js")], dist);
  const runs = join(template, ".reasoning-lab", "runs");
  const folder = join(runs, readdirSync(runs)[0]!);
  const input = messages(random.pick(boundaryOf), random, 20).map((params, id) => ({
    id,
    question: random.chance(0.9) ? random.pick(questions) : hostileValue(random),
    params: random.chance(0.9) ? { ...params, folder } : params,
  }));
  const id = 987_654_321;
  const answer = until(
    (message) => typeof message === "object" && message !== null && Reflect.get(message, "id") === id,
  );
  for (const message of input) if (jsonText(message) !== "") channel.send(message);
  channel.send({ id, question: "steps", params: { folder } });
  const heard = jsonText(await within(answer));
  channel.child.kill("SIGKILL");
  return {
    faults: heard.includes('"rollouts"')
      ? []
      : [`The process that reads traces does not answer: ${heard.slice(0, 500)}`],
    input,
  };
}

/** A supervisor or a trainer whose only message is odd: it says so or ends, and ends at the latest when nobody listens any more. */
export async function ownProcess(
  { dist, scratch }: FuzzOptions,
  script: "supervisor.js" | "trainer.js",
  random: Random,
): Promise<Outcome> {
  const input = messages(script === "trainer.js" ? "toTrainer" : "toSupervisor", random, 1);
  const child = fork(join(dist, script), [], { cwd: scratch, stdio: ["ignore", "ignore", "pipe", "ipc"] });
  let lastWords = "";
  child.stderr?.on("data", (chunk: Buffer) => (lastWords = (lastWords + chunk.toString()).slice(-2000)));
  const ended = new Promise<string>((resolve) => child.once("exit", (code, signal) => resolve(signal ?? String(code))));
  for (const message of input) child.send(message, () => undefined);
  await Promise.race([ended, pause(1000)]);
  if (child.connected) child.disconnect();
  const how = await within(ended);
  child.kill("SIGKILL");
  const faults = how === "late" ? [`${script} does not end.`] : [];
  if (/\n\s+at /.test(lastWords)) faults.push(`${script} ended with a stack:\n${lastWords}`);
  return { faults, input };
}
