import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test, vi } from "vitest";
import type { RewardOutcome } from "../../protocol/traces";
import type { Installation } from "../installation";
import { openRewardPool, type RewardPool } from "./reward-pool";
import { plainReward, type PoolReward } from "./pool-reward";
import { findRewardRuntime, type RewardRuntime } from "../runtime";
import { installationWithChannel, projectFolder, temporaryFolder, testInstallation } from "../installation.testing";

let installation: Installation;
let runtime: RewardRuntime;
beforeAll(async () => {
  installation = testInstallation();
  runtime = await findRewardRuntime("");
});

const group = (...completions: string[]) => ({ prompt: "p", completions, answer: "1", row: { level: 2 } });

interface Opened {
  readonly pool: RewardPool;
  readonly file: string;
  readonly log: string[];
}

/** A pool of the named rewards of one file. */
function opened(source: string, ...names: string[]): Opened {
  return openedWith({}, source, names);
}

function openedWith(
  change: Partial<PoolReward>,
  source: string,
  names: readonly string[],
  installed = installation,
): Opened {
  const folder = projectFolder({ "a.reward.ts": source });
  const log: string[] = [];
  const pool = openRewardPool({
    rewards: names.map((name) => ({ ...plainReward(`a.reward.ts#${name}`), ...change })),
    folder,
    bundleFolder: temporaryFolder("bundles"),
    installation: installed,
    runtime,
    log: (text) => log.push(text),
  });
  onTestFinished(() => pool.close());
  return { pool, file: join(folder, "a.reward.ts"), log };
}

const brief = (outcome: RewardOutcome) =>
  outcome.kind === "score" ? outcome.score : outcome.kind === "error" ? outcome.message : null;

/** Outcomes of one reward, brief. */
async function scored(source: string, groups: ReturnType<typeof group>[], timeout = 5, installed = installation) {
  const { pool } = openedWith({}, source, ["reward"], installed);
  const { outcomes } = await pool.score(groups, timeout);
  return outcomes["reward"]!.map((samples) => samples.map(brief));
}

test("rewards get what was asked message by message: as the row has it, else what one user says", async () => {
  const { pool } = opened(
    `export const said = ({ messages, prompt }) => ({ score: messages.length, roles: messages.map(({ role }) => role).join(), last: messages.at(-1).content });
     export const all = ({ messages, completions }) => completions.map(() => messages.length);`,
    "said",
    "all",
  );
  const asked = [
    { role: "system", content: "s" },
    { role: "user", content: "p" },
  ];
  const conversation = { ...group("a"), row: { messages: asked } };
  const finished = { ...group("a"), row: { messages: [...asked, { role: "assistant", content: "b" }] } };
  const { outcomes } = await pool.score([group("a"), conversation, finished], 5);
  expect(outcomes["said"]!.flat().map((outcome) => outcome.kind === "score" && outcome.extras)).toEqual([
    { roles: "user", last: "p" },
    { roles: "system,user", last: "p" },
    { roles: "user", last: "p" },
  ]);
  expect(outcomes["all"]!.flat().map(brief)).toEqual([1, 2, 1]);
});

test("this Node has the permission model", () => {
  expect(runtime).toMatchObject({ restricted: true, execPath: process.execPath });
});

test("single, group and async rewards score each sample, with what the product offers to import", async () => {
  const { pool } = opened(
    `import { splitReasoning, type Reward, type GroupReward } from "reasoning-lab";
     enum Points { right = 1 }
     export const right: Reward = ({ completion, answer, row }) =>
       ({ score: splitReasoning(completion).answer === answer ? Points.right : 0, level: row.level as number });
     export const rank: GroupReward = async ({ completions }) => completions.map((_, index) => index || null);`,
    "right",
    "rank",
  );
  const answer = "<think></think><answer>1</answer>";
  const { outcomes, milliseconds, rewardHash } = await pool.score([group(answer, "no"), group("a", "b", "c")], 5);
  expect(outcomes["right"]![0]).toEqual([
    { kind: "score", score: 1, extras: { level: 2 } },
    { kind: "score", score: 0, extras: { level: 2 } },
  ]);
  expect(outcomes["rank"]!.map((samples) => samples.map(brief))).toEqual([
    [null, 1],
    [null, 1, 2],
  ]);
  expect(Object.keys(milliseconds)).toEqual(["right", "rank"]);
  expect(rewardHash).toMatch(/^[0-9a-f]{64}$/);
});

test("rewards are told the token ids where they are known", async () => {
  const { pool } = opened(
    `export const last = ({ completionIds }) => completionIds?.at(-1) ?? null;
     export const most = ({ completions, completionIds }) => completions.map((_, index) => completionIds?.[index].length ?? null);`,
    "last",
    "most",
  );
  const { outcomes } = await pool.score([{ ...group("a", "b"), completionIds: [[4], [5, 6]] }, group("c")], 5);
  const all = (name: string) => outcomes[name]!.map((samples) => samples.map(brief));
  expect(all("last")).toEqual([[4, 6], [null]]);
  expect(all("most")).toEqual([[1, 2], [null]]);
});

test("a reward that waits does so for all samples of a group together", async () => {
  // Each call waits for the last sample's: one after the other, they would never end.
  const source = `let open; const last = new Promise((resolve) => (open = resolve));
    export const reward = async ({ completion }) => {
      if (completion === "last") open(3);
      return last;
    };`;
  expect(await scored(source, [group("first", "second", "last")], 5)).toEqual([[3, 3, 3]]);
});

test("a throw is an error at its line in the source; the other samples score", async () => {
  const { pool, file } = opened(
    `import type { Reward } from "reasoning-lab";
interface Unused { readonly a: string }
const check = (text: string) => {
  if (text === "bad") throw new RangeError("too bad");
};
export const reward: Reward = ({ completion }) => {
  check(completion);
  return 1;
};`,
    "reward",
  );
  const { outcomes } = await pool.score([group("good", "bad", "good")], 5);
  expect(outcomes["reward"]![0]!.map(({ kind }) => kind)).toEqual(["score", "error", "score"]);
  expect(outcomes["reward"]![0]![1]).toEqual({
    kind: "error",
    message: "RangeError: too bad",
    file,
    line: 4,
    column: 29,
  });
});

test("NaN and a wrong count are errors at the reward's own line", async () => {
  const { pool, file } = opened(
    `export const nan = ({ completion }) => Number(completion);\nexport const few = ({ completions }) => [1];\nexport const none = ({ completions }) => 1;`,
    "nan",
    "few",
    "none",
  );
  const { outcomes } = await pool.score([group("x", "2")], 5);
  expect(outcomes["nan"]![0]![0]).toMatchObject({ kind: "error", file, line: 1, column: 14 });
  expect(brief(outcomes["nan"]![0]![1]!)).toBe(2);
  expect(outcomes["few"]![0]).toHaveLength(2);
  expect(outcomes["few"]![0]![1]).toMatchObject({
    kind: "error",
    line: 2,
    message: "returned 1 results for 2 completions.",
  });
  expect(outcomes["none"]![0]![0]).toMatchObject({
    kind: "error",
    message: expect.stringContaining("no array") as unknown,
  });
});

test("a reward that never returns costs its group only, whether it loops or waits", async () => {
  const source = `export const reward = ({ completion }) => {
    if (completion === "loop") for (;;);
    return completion === "wait" ? new Promise(() => {}) : 1;
  }`;
  const groups = [group("a"), group("loop", "b"), group("c"), group("wait"), group("d")];
  const late = "took longer than 0.5 s";
  expect(await scored(source, groups, 0.5)).toEqual([[1], [late, late], [1], [late], [1]]);
});

test("a reward that ends its process costs its group only; one that always does is given up", async () => {
  const source = `export const reward = ({ completion }) => (completion === "exit" ? process.exit(7) : 1);`;
  expect(await scored(source, [group("a"), group("exit"), group("b")])).toEqual([
    [1],
    ["ended its process (exit code 7)"],
    [1],
  ]);
  const all = await scored(
    source,
    Array.from({ length: 5 }, () => group("exit")),
  );
  expect(all[3]).toEqual(["was not run any more after 3 groups that hung or ended its process"]);
});

test("what a reward prints and what it throws astray is logged, and costs nothing", async () => {
  const { pool, log } = opened(
    `export const reward = async () => {
       console.log("hello from a reward");
       void Promise.reject(new Error("astray"));
       await new Promise((resolve) => setTimeout(resolve, 50));
       return 1;
     };`,
    "reward",
  );
  const { outcomes } = await pool.score([group("a")], 5);
  expect(outcomes["reward"]!.flat().map(brief)).toEqual([1]);
  // What is printed comes through a pipe of its own, before or after the scores.
  await vi.waitFor(() => expect(log.join("\n")).toContain("hello from a reward"), { timeout: 10_000 });
});

/** A reward that writes to its channel what it likes. */
const writes = (what: string) => `export const reward = () => { ${what} return 1; };`;

test.each([
  ["a line that is no JSON", 'written("garbage\\n");'],
  ["bytes that are no text", "written(Buffer.from([0xff, 0xfe, 0, 10]));"],
  ["a message of Node's own kind", 'sent?.({ cmd: "NODE_HANDLE_ACK" });'],
  ["an acknowledgement that nobody waits for", 'written(JSON.stringify({ cmd: "NODE_HANDLE_ACK" }) + "\\n");'],
  ["what is nested deeply", 'written("[".repeat(3000) + "]".repeat(3000) + "\\n");'],
  [
    "scores of groups that nobody asked for",
    `written(JSON.stringify({ type: "scored", id: 9, group: 9, outcomes: [], started: 0, milliseconds: 0 }) + "\\n");`,
  ],
])("a reward that says %s ends nobody who hears it, and is scored", async (_name, what) => {
  expect(await scored(writes(what), [group("a"), group("b")], 5, installationWithChannel())).toEqual([[1], [1]]);
});

test("a reward that says something without an end is ended, and counts as an error", async () => {
  const endless = 'for (const text = "0,".repeat(100_000); ; ) written(text);';
  const { pool } = openedWith({}, writes(endless), ["reward"], installationWithChannel());
  const { outcomes } = await pool.score([group("a")], 20);
  expect(outcomes["reward"]!.flat().map(brief)).toEqual(["said more than 64 MB in one message"]);
});

test("a step that is longer than a message is scored, and a group that is, is told", async () => {
  const { pool } = opened("export const reward = ({ completion }) => completion.length;", "reward");
  const long = "x".repeat(25_000_000);
  const { outcomes } = await pool.score(
    [group(long), group("a"), group(long, long, long), group(long), group(long)],
    60,
  );
  const why = "cannot be given its completions: it is longer than 64 MB";
  expect(outcomes["reward"]!.map((samples) => samples.map(brief))).toEqual([
    [25_000_000],
    [1],
    [why, why, why],
    [25_000_000],
    [25_000_000],
  ]);
});

test("an edit takes effect at the next call and changes the hash; touching a file does not", async () => {
  const { pool, file } = opened("export const reward = () => 1;", "reward");
  const first = await pool.score([group("a")], 5);
  writeFileSync(file, "export const reward = () => 1;");
  const same = await pool.score([group("a")], 5);
  expect(same.rewardHash).toBe(first.rewardHash);
  writeFileSync(file, "export const reward = () => 2.5;");
  const second = await pool.score([group("a")], 5);
  expect(brief(second.outcomes["reward"]![0]![0]!)).toBe(2.5);
  expect(second.rewardHash).not.toBe(first.rewardHash);
  expect(Object.keys(pool.hashes())).toEqual(["a.reward.ts#reward"]);
});

test("the hash of a reward does not depend on where its project lies", async () => {
  const source = `import { splitReasoning } from "reasoning-lab"; export const reward = () => (splitReasoning("") ? 1 : 0);`;
  const [one, two] = [opened(source, "reward"), opened(source, "reward")];
  const hash = async ({ pool }: Opened) => (await pool.score([group("a")], 5)).rewardHash;
  expect(await hash(one)).toBe(await hash(two));
});

test.each([
  ["export const reward = () => {", /a\.reward\.ts:1:30: Unexpected end of file/],
  ['import x from "nowhere"; export const reward = () => x;', /a\.reward\.ts:1:15: Could not resolve "nowhere"/],
  ["export const other = () => 1;", /exports no function reward/],
  ["export const reward = 3;", /exports no function reward/],
  ['throw new Error("at load");\nexport const reward = () => 1;', /a\.reward\.ts:1: Error: at load/],
  ["process.exit(3);\nexport const reward = () => 1;", /ended its process \(exit code 3\) while it was loaded/],
])("what does not load is told: %s", async (source, message) => {
  await expect(opened(source, "reward").pool.prepare()).rejects.toThrow(message);
});

test("a missing file is told", async () => {
  const pool = openRewardPool({
    rewards: [plainReward("no.reward.ts#reward")],
    folder: temporaryFolder("empty"),
    bundleFolder: temporaryFolder("bundles"),
    installation,
    runtime,
    log: () => undefined,
  });
  await expect(pool.prepare()).rejects.toThrow(/no\.reward\.ts: there is no such file/);
});

test.skipIf(process.platform === "win32")("a reward file with a star in its name scores", async () => {
  const pool = openRewardPool({
    rewards: [plainReward("a*b.reward.ts#one")],
    folder: projectFolder({ "a*b.reward.ts": "export const one = () => 1;" }),
    bundleFolder: temporaryFolder("bundles"),
    installation,
    runtime,
    log: () => undefined,
  });
  onTestFinished(() => pool.close());
  expect((await pool.score([group("x")], 5)).outcomes["one"]!.map((samples) => samples.map(brief))).toEqual([[1]]);
});

test.skipIf(process.platform === "win32")(
  "a place whose name would let a reward read others is refused by its name",
  async () => {
    const bundleFolder = join(temporaryFolder("bundles"), "a*b");
    const pool = openRewardPool({
      rewards: [plainReward("a.reward.ts#one")],
      folder: projectFolder({ "a.reward.ts": "export const one = () => 1;" }),
      bundleFolder,
      installation,
      runtime,
      log: () => undefined,
    });
    onTestFinished(() => pool.close());
    await expect(pool.prepare()).rejects.toThrow(/bundles-\w+\/a\*b\/a\.reward-\w+\.mjs has a \* in its path/);
  },
);
