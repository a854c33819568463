import { expect, test, vi } from "vitest";
import { connect } from "./client";

/** A page whose host is the test: what it posts, and a way to say something to it. */
function page() {
  const posted: { readonly id: number; readonly method: string; readonly params: unknown }[] = [];
  const hints = { changed: vi.fn(), show: vi.fn() };
  let receive: (message: unknown) => void = () => undefined;
  const port = {
    postMessage: (message: unknown) => posted.push(message as (typeof posted)[number]),
    getState: () => null,
    setState: () => undefined,
  };
  const client = connect(port, (listener) => (receive = listener), hints);
  const say = (message: unknown) => receive(message);
  /** Answers the question that was posted at this place. */
  const answer = async (at: number, answered: object): Promise<void> => {
    await vi.waitFor(() => expect(posted.length).toBeGreaterThan(at));
    say({ jsonrpc: "2.0", id: posted[at]!.id, ...answered });
  };
  return { client, posted, hints, say, answer };
}

const overview = {
  version: "1",
  read: 0,
  stages: [],
  shown: [],
  rows: 0,
  metrics: [],
  damaged: { count: 0, first: 0 },
  leftOut: 0,
};

test("each answer goes to its own question, in whatever order", async () => {
  const { client, posted, answer } = page();
  const first = client.ask("readCurves", { folder: "a", stage: null });
  const second = client.ask("readCurves", { folder: "b", stage: "*" });
  await answer(1, { result: { ...overview, of: 9 } });
  await answer(0, { result: { ...overview, of: 3 } });
  expect(posted.map(({ method, params }) => [method, params])).toEqual([
    ["lab/readCurves", { folder: "a", stage: null }],
    ["lab/readCurves", { folder: "b", stage: "*" }],
  ]);
  expect([(await first).of, (await second).of]).toEqual([3, 9]);
});

test("the host's message is the error", async () => {
  const { client, answer } = page();
  const question = client.ask("listRuns", {});
  await answer(0, { error: { code: 1, message: "The server has stopped." } });
  await expect(question).rejects.toThrow("The server has stopped.");
});

test("an answer of another shape is an error that names the place", async () => {
  const { client, answer } = page();
  const question = client.ask("readCurves", { folder: "a", stage: null });
  await answer(0, { result: { ...overview, of: 1, metrics: [{ key: "loss", first: "one", newest: 1, step: 1 }] } });
  await expect(question).rejects.toThrow(/readCurves.*metrics\.0\.first/);
});

test("a run is understood in every phase of a stage", async () => {
  const { client, answer } = page();
  const phases = ["preparing", "sampling", "evaluating", "training"];
  const question = client.ask("listRuns", {});
  const run = { folder: "a", workspaceFolder: "w", record: null, problem: null, checkpoints: [], live: null };
  const progress = { type: "progress", stage: "rl", step: 1, steps: 2, secondsLeft: null, headline: null };
  await answer(0, { result: phases.map((phase) => ({ ...run, progress: { ...progress, phase } })) });
  expect((await question).map((each) => each.progress?.phase)).toEqual(phases);
});

test("a host that never answers is said to", async () => {
  vi.useFakeTimers();
  try {
    const question = page().client.ask("listRuns", {});
    const outcome = expect(question).rejects.toThrow("does not answer");
    await vi.advanceTimersByTimeAsync(60_000);
    await outcome;
  } finally {
    vi.useRealTimers();
  }
});

test("what the host tells early answers a question that is on its way, and one that comes later", async () => {
  const { client, posted, hints, say } = page();
  const place = { run: "a", stage: null, step: null };
  const params = { stage: null, folder: "a" };
  const runs = client.ask("listRuns", {});
  say({
    jsonrpc: "2.0",
    method: "lab/early",
    params: {
      place,
      answers: [
        { method: "listRuns", params: {}, result: [] },
        { method: "readCurves", params, result: { ...overview, of: 5 } },
      ],
    },
  });
  expect(await runs).toEqual([]);
  expect((await client.ask("readCurves", { folder: "a", stage: null })).of).toBe(5);
  expect(posted.map(({ method }) => method)).toEqual(["lab/listRuns"]);
  // The host says it again with its answer about runs.
  say({ jsonrpc: "2.0", method: "lab/show", params: place });
  say({ jsonrpc: "2.0", method: "lab/show", params: place });
  await vi.waitFor(() => expect(hints.show).toHaveBeenCalledTimes(2));
});

test("what was told early is not taken after a hint that something has changed", async () => {
  const { client, posted, say, answer } = page();
  const params = { folder: "a", stage: null };
  say({
    jsonrpc: "2.0",
    method: "lab/early",
    params: { place: null, answers: [{ method: "readCurves", params, result: { ...overview, of: 1 } }] },
  });
  say({ jsonrpc: "2.0", method: "lab/changed", params: {} });
  // Messages are heard one after the other, in turns of their own.
  await new Promise((resolve) => setTimeout(resolve, 20));
  const question = client.ask("readCurves", params);
  await answer(0, { result: { ...overview, of: 2 } });
  expect((await question).of).toBe(2);
  expect(posted).toHaveLength(1);
});

test("hints arrive; what is no message is passed over", async () => {
  const { hints, say } = page();
  const place = { run: "a", stage: null, step: 3 };
  say({ jsonrpc: "2.0", method: "lab/changed", params: {} });
  say({ jsonrpc: "2.0", method: "lab/show", params: place });
  say({ jsonrpc: "2.0", method: "lab/show", params: { run: 1 } });
  say({ type: "unknown" });
  say("text");
  await vi.waitFor(() => expect(hints.show).toHaveBeenCalledExactlyOnceWith(place));
  expect(hints.changed).toHaveBeenCalledOnce();
});
