/** Rewards that wait for something: groups at the same time, limits, retries, variables of the environment. */
import { beforeAll, expect, test } from "vitest";
import { testPool, brief, group, preparePools } from "./pools.testing";

beforeAll(preparePools);

const scores = async (source: string, groups: ReturnType<typeof group>[], change = {}, timeout = 5) => {
  const { pool } = testPool(source, ["reward"], { change });
  const { outcomes } = await pool.score(groups, timeout);
  return outcomes["reward"]!.map((samples) => samples.map(brief));
};

test("all groups of a step are scored at the same time", async () => {
  // Each call waits for the last group's: one group after the other, they would never end.
  const source = `let open; const last = new Promise((resolve) => (open = resolve));
    export const reward = async ({ completion }) => { if (completion === "last") open(3); return last; };`;
  expect(await scores(source, [group("a", "b"), group("c"), group("last")])).toEqual([[3, 3], [3], [3]]);
});

test("two rewards of one file run at the same time, each in a process of its own", async () => {
  const source = `let calls = 0;
    export const one = () => ++calls;
    export const two = () => ++calls;`;
  const { pool } = testPool(source, ["one", "two"]);
  const { outcomes } = await pool.score([group("a"), group("b")], 5);
  expect(outcomes).toMatchObject({ one: [[{ score: 1 }], [{ score: 2 }]], two: [[{ score: 1 }], [{ score: 2 }]] });
});

const peak = `let now = 0;
  export const reward = async ({ completion }) => {
    now++;
    const seen = now;
    await new Promise((resolve) => setTimeout(resolve, 5 + (completion.charCodeAt(0) % 3) * 5));
    now--;
    return seen;
  };`;

test("no more calls than max_concurrent run at a time", async () => {
  const groups = Array.from({ length: 4 }, () => group("a", "b", "c", "d"));
  const found = (await scores(peak, groups, { max_concurrent: 3 })).flat();
  expect(found).toHaveLength(16);
  expect(Math.max(...found.map(Number))).toBe(3);
});

test("scores and their order are the same whatever runs at the same time", async () => {
  const source = `export const reward = async ({ completion, prompt }) => {
    await new Promise((resolve) => setTimeout(resolve, (completion.length * 7) % 11));
    return Number(completion) + prompt.length / 10;
  };`;
  const groups = [1, 2, 3, 4, 5].map((number) => group(...[1, 2, 3].map((sample) => String(number ** 5 * sample))));
  const one = await scores(source, groups, { max_concurrent: 1 });
  expect(one[4]).toEqual([3125.1, 6250.1, 9375.1]);
  expect(await scores(source, groups, { max_concurrent: 256 })).toEqual(one);
});

test("a call that throws is made again as often as the recipe says", async () => {
  const source = `const tries = new Map();
    export const reward = async ({ completion }) => {
      const tried = (tries.get(completion) ?? 0) + 1;
      tries.set(completion, tried);
      if (completion === "never" && tried < 9) throw Object.assign(new Error("refused"), { retry: false });
      if (completion === "always") throw new Error("busy");
      if (tried < 3) throw new Error("busy");
      return tried;
    };`;
  const retries = { retries: 2, retry_delay: 0.01 };
  expect(await scores(source, [group("a", "b"), group("always", "never")], retries)).toEqual([
    [3, 3],
    ["Error: busy (tried 3 times)", "Error: refused"],
  ]);
  const groups = source
    .replace("({ completion })", "({ completions: [completion] })")
    .replace("return tried", "return [tried]");
  expect(await scores(groups, [group("a"), group("always")], retries)).toEqual([[3], ["Error: busy (tried 3 times)"]]);
  expect(await scores(source, [group("a")])).toEqual([["Error: busy"]]);
});

test("waiting for a turn or a retry is none of a group's time", async () => {
  const source = `let tried = 0;
    export const reward = async () => {
      if (tried++ < 3) throw Object.assign(new Error("busy"), { retryAfter: 0.4 });
      return tried;
    };`;
  expect(await scores(source, [group("a")], { retries: 5, retry_delay: 0.01 }, 0.6)).toEqual([[4]]);
});

test("of groups that run together, the one that never answers is lost alone, and its process goes on", async () => {
  const source = `let calls = 0;
    export const reward = async ({ completion }) => {
      calls++;
      if (completion === "never") return new Promise(() => {});
      return calls;
    };`;
  const { pool } = testPool(source, ["reward"]);
  const first = await pool.score([group("a"), group("never"), group("b")], 0.5);
  expect(first.outcomes["reward"]!.flat().map(brief)).toEqual([1, "took longer than 0.5 s", 3]);
  expect(first.outcomes["reward"]![1]).toEqual([expect.objectContaining({ timedOut: true })]);
  const second = await pool.score([group("c")], 0.5);
  expect(second.outcomes["reward"]!.flat().map(brief)).toEqual([4]);
});

test.each([
  ["loops", "for (;;);", "took longer than 0.5 s"],
  ["ends its process", "process.exit(7);", "ended its process (exit code 7)"],
])("of groups that run together, the one that %s is found out, and the others score", async (_, act, message) => {
  const source = `export const reward = async ({ completion }) => {
    await new Promise((resolve) => setTimeout(resolve, completion === "bad" ? 50 : 100));
    if (completion === "bad") { ${act} }
    return 1;
  };`;
  expect(await scores(source, [group("a"), group("bad", "b"), group("c"), group("d")], {}, 0.5)).toEqual([
    [1],
    [message, message],
    [1],
    [1],
  ]);
});

test("a reward is asked only about the prompts that it is for", async () => {
  const source = `export const reward = ({ completion }) => { if (completion === "general") throw new Error("not mine"); return 1; };`;
  const groups = [group("a"), { ...group("general"), general: true }];
  expect(await scores(source, groups)).toEqual([[1], [null]]);
  expect(await scores(source, groups, { prompts: "general" })).toEqual([[null], ["Error: not mine"]]);
  expect(await scores(source, groups, { prompts: "all" })).toEqual([[1], ["Error: not mine"]]);
});

const environment = { JUDGE_KEY: "sk-12345", OTHER: "x" };

test("variables that the recipe names reach the reward, and nothing else; their values are not told", async () => {
  const source = `const key = process.env.JUDGE_KEY;
    export const reward = ({ completion }) => {
      console.log("key", key);
      if (completion === "throw") throw new Error("401 for " + key);
      return { score: "OTHER" in process.env || "PATH" in process.env ? 0 : 1, key };
    };`;
  const { pool, log } = testPool(source, ["reward"], { change: { env: ["JUDGE_KEY"] }, environment });
  const { outcomes } = await pool.score([group("a", "throw")], 5);
  expect(outcomes["reward"]![0]).toEqual([
    { kind: "score", score: 1, extras: { key: "‹JUDGE_KEY›" } },
    expect.objectContaining({ kind: "error", message: "Error: 401 for ‹JUDGE_KEY›" }),
  ]);
  await expect.poll(() => log.join("\n")).toContain("a.reward.ts: key ‹JUDGE_KEY›");
  expect(log.join("\n")).not.toContain("sk-12345");
});

test("a variable that is not set is told before anything is scored", async () => {
  const { pool } = testPool("export const reward = () => 1;", ["reward"], {
    change: { env: ["JUDGE_KEY"] },
    environment: {},
  });
  await expect(pool.prepare()).rejects.toThrow(
    /The reward a\.reward\.ts#reward needs the environment variable JUDGE_KEY \("env" of the recipe\), which is not set\./,
  );
});
