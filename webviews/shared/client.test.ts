import { expect, test, vi } from "vitest";
import { connect } from "./client";

/** A page whose host is the test: what it posts, and a way to say something to it. */
function page() {
  const posted: unknown[] = [];
  const hints = { changed: vi.fn(), show: vi.fn() };
  let receive: (message: unknown) => void = () => undefined;
  const port = {
    postMessage: (message: unknown) => posted.push(message),
    getState: () => null,
    setState: () => undefined,
  };
  const client = connect(port, (listener) => (receive = listener), hints);
  return { client, posted, hints, say: (message: unknown) => receive(message) };
}

test("each answer goes to its own question, in whatever order", async () => {
  const { client, posted, say } = page();
  const first = client.ask("metrics", { run: "a", cursor: 0 });
  const second = client.ask("metrics", { run: "b", cursor: 5 });
  expect(posted).toEqual([
    { type: "metrics", id: 1, run: "a", cursor: 0 },
    { type: "metrics", id: 2, run: "b", cursor: 5 },
  ]);
  say({ type: "reply", id: 2, ok: true, result: { rows: [], cursor: 9, more: false } });
  say({ type: "reply", id: 1, ok: true, result: { rows: [], cursor: 3, more: false } });
  expect([(await first).cursor, (await second).cursor]).toEqual([3, 9]);
});

test("the host's message is the error", async () => {
  const { client, say } = page();
  const question = client.ask("runs", {});
  say({ type: "reply", id: 1, ok: false, message: "The server has stopped." });
  await expect(question).rejects.toThrow("The server has stopped.");
});

test("an answer of another shape is an error that names the place", async () => {
  const { client, say } = page();
  const question = client.ask("metrics", { run: "a", cursor: 0 });
  say({ type: "reply", id: 1, ok: true, result: { rows: [{ stage: "rl", step: "one", time: 1 }], cursor: 1 } });
  await expect(question).rejects.toThrow(/metrics.*rows\.0\.step/);
});

test("a run is understood in every phase of a stage", async () => {
  const { client, say } = page();
  const phases = ["preparing", "sampling", "evaluating", "training"];
  const question = client.ask("runs", {});
  const run = { folder: "a", workspaceFolder: "w", record: null, problem: null, checkpoints: [], live: null };
  const progress = { type: "progress", stage: "rl", step: 1, steps: 2, secondsLeft: null, headline: null };
  say({
    ...{ type: "reply", id: 1, ok: true },
    result: phases.map((phase) => ({ ...run, progress: { ...progress, phase } })),
  });
  expect((await question).map((each) => each.progress?.phase)).toEqual(phases);
});

test("a host that never answers is said to", async () => {
  vi.useFakeTimers();
  try {
    const question = page().client.ask("runs", {});
    const outcome = expect(question).rejects.toThrow("does not answer");
    await vi.advanceTimersByTimeAsync(60_000);
    await outcome;
  } finally {
    vi.useRealTimers();
  }
});

test("hints arrive; what is no message is passed over", () => {
  const { hints, say } = page();
  say({ type: "changed" });
  say({ type: "show", run: "a", stage: null, step: 3 });
  say({ type: "unknown" });
  say("text");
  expect(hints.changed).toHaveBeenCalledOnce();
  expect(hints.show).toHaveBeenCalledExactlyOnceWith({ type: "show", run: "a", stage: null, step: 3 });
});
