import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { fetchLimits, fetchRequestSchema, type ToRewardProcess } from "../../protocol/rewards";
import type { SandboxRunner } from "../../verifiers/code/verify-code";
import { temporaryFolder } from "../installation.testing";
import { workspaceJudges } from "./open-judges";
import { rewardRequests } from "./reward-requests";

async function listening(answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    request.once("end", () => answer(response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A process that asks and reads its answers when the test says so. */
function asking(host: string, runProgram: SandboxRunner = () => Promise.resolve([])) {
  const answers = new Map<number, string | null>();
  const taken: (() => void)[] = [];
  const requests = rewardRequests({
    reward: "a#reward",
    rights: { hosts: [host], keys: [], environment: {} },
    judges: workspaceJudges(temporaryFolder("judges"), () => undefined),
    runProgram,
    answer(message: ToRewardProcess, read) {
      if (message.type !== "fetched" && message.type !== "program-ran")
        throw new Error("It was asked for nothing else.");
      answers.set(message.id, message.message);
      if (read) taken.push(read);
    },
  });
  onTestFinished(() => requests.end());
  return {
    requests,
    answers,
    readAll: () => taken.splice(0).forEach((read) => read()),
    fetch: (id: number, bytes = 100) => {
      const request = { url: `http://${host}/`, method: "GET", headers: [], body: null, redirect: "follow" } as const;
      requests.take({ type: "fetch", id, request: { ...request, headers: [] } }, bytes);
    },
    program: (id: number, steps = 1, shown = 10) => {
      const step = {
        kind: "program",
        input: "",
        output: null,
        tolerance: { absolute: 0, relative: 0, share: 0 },
      } as const;
      const job = {
        language: "python",
        code: "",
        leetcode: false,
        steps: Array.from({ length: steps }, () => step),
        keep: 0,
        shown,
      } as const;
      requests.take({ type: "run-program", id, job: { ...job, steps: [...job.steps] }, timeout: 1 }, 100);
    },
  };
}

const never: SandboxRunner = () => new Promise(() => undefined);

test("answers that nobody reads are held up to a limit, and there is room again once they are read", async () => {
  const body = Buffer.alloc(30_000_000, "a");
  const { fetch, answers, readAll } = asking(await listening((response) => response.end(body)));
  for (let id = 1; id <= 4; id++) {
    fetch(id);
    await expect.poll(() => answers.get(id), { timeout: 20_000 }).toBe(null);
  }
  fetch(5);
  await expect
    .poll(() => answers.get(5), { timeout: 20_000 })
    .toMatch(/^fetch of .* failed: a#reward holds more than 128 MB of answers: max_concurrent/);
  readAll();
  fetch(6);
  await expect.poll(() => answers.get(6), { timeout: 20_000 }).toBe(null);
});

test("more requests than anybody waits for are refused, and those before them are not", async () => {
  const { fetch, answers, requests, program } = asking(await listening((response) => response.end()), never);
  for (let id = 1; id <= 50_000; id++) program(id);
  expect(requests.programs).toBe(50_000);
  program(50_001);
  fetch(50_002);
  await expect.poll(() => answers.size).toBe(2);
  for (const said of answers.values()) expect(said).toContain("has more than 50,000 requests open");
  requests.end();
});

test("requests count by what they say, too", async () => {
  const { fetch, answers } = asking(await listening(() => undefined));
  for (let id = 1; id <= 4; id++) fetch(id, 64_000_000);
  fetch(5, 64_000_000);
  await expect.poll(() => answers.get(5)).toContain("has requests of more than 256 MB open");
  expect(answers.size).toBe(1);
});

test("so many addresses are asked at a time, and the others in their turn", async () => {
  const open: ServerResponse[] = [];
  const { fetch, answers } = asking(await listening((response) => open.push(response)));
  for (let id = 1; id <= 1100; id++) fetch(id);
  await expect.poll(() => open.length, { timeout: 20_000 }).toBe(1024);
  for (const response of open.splice(0)) response.end("x");
  await expect.poll(() => open.length, { timeout: 20_000 }).toBe(76);
  for (const response of open.splice(0)) response.end("x");
  await expect.poll(() => answers.size, { timeout: 20_000 }).toBe(1100);
  expect([...answers.values()].every((message) => message === null)).toBe(true);
});

test("one number asks once at a time; an abort ends its request, and the end of the process all of them", async () => {
  let closed = 0;
  const host = await listening((response) => response.once("close", () => closed++));
  const { fetch, answers, requests } = asking(host);
  fetch(1);
  fetch(1);
  await expect.poll(() => answers.get(1)).toContain("already has a request with the number 1");
  answers.clear();
  for (const id of [2, 3, 4]) fetch(id);
  await new Promise((resolve) => setTimeout(resolve, 100));
  requests.take({ type: "fetch-abort", id: 2 }, 10);
  await expect.poll(() => answers.get(2)).toMatch(/abort/);
  await expect.poll(() => closed).toBe(1);
  requests.end();
  await expect.poll(() => closed).toBe(4);
  answers.clear();
  fetch(5);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(answers.size).toBe(0);
});

test("programs of one job print so much, which is said before they run", async () => {
  let ran = 0;
  const { program, answers } = asking("x", () => {
    ran++;
    return Promise.resolve([]);
  });
  program(1, 64, 2_000_000);
  program(2, 65, 2_000_000);
  await expect.poll(() => answers.size).toBe(2);
  expect([answers.get(1), answers.get(2)]).toEqual([null, "Programs of one job print 128,000,000 characters at most"]);
  expect(ran).toBe(1);
});

const request = { url: "http://x/", method: "GET", headers: [], body: null, redirect: "follow" };
const accepted = (change: object): boolean => fetchRequestSchema.safeParse({ ...request, ...change }).success;

test("a body is base64, of any length that is allowed", () => {
  for (const body of ["", "AAAA", "AAA=", "AA==", "+/+/", "AAAAAAA=", null])
    expect([body, accepted({ body })]).toEqual([body, true]);
  const wrong = [
    "A",
    "AA",
    "AAA",
    "====",
    "A===",
    "AA=A",
    "=AAA",
    "AA=\n",
    "AA\n=",
    "A-_A",
    "AAAA\nAAA",
    "AA==AAAA",
    "éAAA",
    7,
  ];
  for (const body of wrong) expect([body, accepted({ body })]).toEqual([body, false]);
  const longest = Buffer.alloc(fetchLimits.body, 255).toString("base64");
  expect(accepted({ body: longest })).toBe(true);
  expect(accepted({ body: `${longest}AAAA` })).toBe(false);
  expect(accepted({ body: `${longest.slice(0, -8)}*${longest.slice(-7)}` })).toBe(false);
});

test("a request has so many headers and so long an address", () => {
  const headers = (count: number) => Array.from({ length: count }, (_, at) => [`x-${at}`, ""]);
  expect([accepted({ headers: headers(1000) }), accepted({ headers: headers(1001) })]).toEqual([true, false]);
  const url = (length: number) => `http://x/${"a".repeat(length - 9)}`;
  expect([accepted({ url: url(100_000) }), accepted({ url: url(100_001) })]).toEqual([true, false]);
  expect([accepted({ method: "M".repeat(100) }), accepted({ method: "M".repeat(101) })]).toEqual([true, false]);
});
