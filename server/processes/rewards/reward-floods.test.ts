/** A reward that does nothing but speak to its supervisor. The others of its run are scored meanwhile, and it is timed like any other. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import type { Installation } from "../installation";
import { openRewardPool } from "./reward-pool";
import { plainReward } from "./pool-reward";
import { findRewardRuntime, type RewardRuntime } from "../runtime";
import { installationWithChannel, projectFolder, temporaryFolder } from "../installation.testing";
import { brief, group } from "./pools.testing";
import { buildSandbox } from "../sandboxes/sandbox.testing";

let installation: Installation;
let runtime: RewardRuntime;
beforeAll(async () => {
  installation = installationWithChannel();
  buildSandbox(installation.distFolder);
  runtime = await findRewardRuntime("");
});

function poolOf(source: string, names: readonly string[], hosts: string[] = []) {
  const log: string[] = [];
  const pool = openRewardPool({
    rewards: names.map((name) => ({ ...plainReward(`a.reward.ts#${name}`), hosts })),
    folder: projectFolder({ "a.reward.ts": `// @ts-nocheck\n${source}` }),
    bundleFolder: temporaryFolder("bundles"),
    installation,
    runtime,
    log: (text) => log.push(text),
  });
  onTestFinished(() => pool.close());
  return { pool, log };
}

/** Messages that a reward may say without an end, each with its number. */
const floods: readonly (readonly [name: string, line: string])[] = [
  ["answers that nobody asked for", '({ type: "pong", id: number })'],
  ["that it scores", '({ type: "scoring", id: 0, group: 0 })'],
  ["scores of others", '({ type: "scored", id: number + 1, group: 0, outcomes: [], started: 0, milliseconds: 0 })'],
  ["lines for the log", '({ type: "log", text: "x\\n".repeat(4000) })'],
  [
    "addresses that are closed",
    '({ type: "fetch", id: number, request: { url: "http://closed/", method: "GET", headers: [], body: null, redirect: "follow" } })',
  ],
  [
    "programs",
    '({ type: "run-program", id: number, timeout: 600, job: { language: "python", code: "while True: pass", steps: [{ kind: "program", input: "", output: null }], keep: 0, shown: 0 } })',
  ],
  ["what is no message", '["x"]'],
];

test.each(floods)("a flood of %s costs its own reward only", async (_, line) => {
  const honest = 'import { runPython } from "reasoning-lab";\nexport const honest = async ({ completion }) =>';
  const source = `${honest} Number((await runPython("print(7)")).stdout) + completion.length;
    export const flood = () => { const line = (number) => JSON.stringify${line} + "\\n";
      for (let number = 0; ; ) { let text = ""; while (text.length < 60000) text += line(number++); written(text); } };`;
  const { pool, log } = poolOf(source, ["honest", "flood"]);
  // While programs run for a reward, its time begins anew 60 times.
  const timeout = line.includes("run-program") ? 0.3 : 1;
  const { outcomes } = await pool.score([group("a", "bb")], timeout);
  expect(outcomes["honest"]![0]!.map(brief)).toEqual([8, 9]);
  expect(outcomes["flood"]![0]!.map(brief)).toEqual(
    Array(2).fill(expect.stringMatching(/took longer than|left more than/)),
  );
  expect(log.length).toBeLessThan(200);
});

test("what a reward says before it is asked is no answer", async () => {
  const source = `export const reward = () => {
    const outcomes = [{ kind: "score", score: 99, extras: {} }];
    for (let id = 0; id < 5; id++)
      setTimeout(() => written(JSON.stringify({ type: "scored", id, group: 0, outcomes, started: 0, milliseconds: 0 }) + "\\n"), 50);
    return 1; };`;
  const { pool } = poolOf(source, ["reward"]);
  const found: unknown[] = [];
  for (let round = 0; round < 3; round++) {
    const { outcomes } = await pool.score([group("a")], 5);
    found.push(...outcomes["reward"]!.flat().map(brief));
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  expect(found).toEqual([1, 1, 1]);
});

test("a request that is too long is told to the reward, and the longest one arrives", async () => {
  let came = 0;
  const server = createServer((request, response) => {
    request.on("data", (chunk: Buffer) => (came += chunk.length));
    request.once("end", () => response.end("ok"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const source = `const said = async (path, init) => { try { return await (await fetch("http://${host}" + path, init)).text(); } catch (error) { return error.name + ": " + error.message; } };
    const body = (length) => ({ method: "POST", body: new Uint8Array(length).fill(7) });
    const headers = (count) => ({ headers: Array.from({ length: count }, (_, at) => ["x-" + at, "1"]) });
    export const reward = async () => ({ score: 1,
      most: await said("/", body(32e6)), body: await said("/", body(32e6 + 1)), headers: await said("/", headers(1001)),
      address: await said("/" + "a".repeat(100000)), method: await said("/", { method: "M".repeat(101) }) });`;
  const { pool } = poolOf(source, ["reward"], [host]);
  const { outcomes } = await pool.score([group("a")], 60);
  expect(outcomes["reward"]![0]![0]).toMatchObject({
    kind: "score",
    extras: {
      most: "ok",
      body: "TypeError: fetch takes bodies of at most 32,000,000 bytes; this one has 32,000,001.",
      headers: "TypeError: fetch takes at most 1,000 headers; this request has 1,001.",
      address: expect.stringMatching(
        /^TypeError: fetch takes addresses of at most 100,000 characters; this one has 100,0\d\d\.$/,
      ) as unknown,
      method: "TypeError: fetch takes methods of at most 100 characters; this one has 101.",
    },
  });
  expect(came).toBe(32e6);
});
