import { CancellationToken, createMessageConnection, ResponseError } from "vscode-jsonrpc/node";
import { expect, test } from "vitest";
import * as z from "zod";
import { methods, methodsOf, type Handlers } from "./methods";
import { answering, asking, givenToRequest, hearing, portEnds, requestProblem, wireName } from "./requests";

test("a request has its parameters and its token, whichever way it gives them", () => {
  const token = CancellationToken.None;
  expect(givenToRequest([token])).toEqual({ params: undefined, token });
  expect(givenToRequest([{ folder: "a" }, token])).toEqual({ params: { folder: "a" }, token });
  expect(givenToRequest([1, 2, token])).toEqual({ params: [1, 2], token });
  expect(givenToRequest([null, null])).toEqual({ params: null, token: undefined });
});

test("what a request fails with is a sentence", () => {
  const { error } = z.object({ items: z.array(z.string()) }).safeParse({ items: ["a", 1] });
  expect(requestProblem(error)).toBe(
    "The request has other parameters than it takes (items.1: Invalid input: expected string, received number). Are extension and server of the same version? Reload the window.",
  );
  expect(requestProblem(new Error("The run is gone."))).toBe("The run is gone.");
  expect(requestProblem(new Error("x".repeat(10_000)))).toHaveLength(4001);
});

const silent = { error: () => undefined, warn: () => undefined, info: () => undefined, log: () => undefined };

/** Two ends that hear each other, of which one answers; what went over the wire stands in `said`. */
function conversation(handlers: Handlers<"verifyText" | "traceSteps">) {
  const said: unknown[] = [];
  let toServer: (message: unknown) => void = () => undefined;
  let toPage: (message: unknown) => void = () => undefined;
  const copied = (message: unknown): unknown => {
    said.push(message);
    return structuredClone(message);
  };
  const page = portEnds(
    (message) => toServer(copied(message)),
    (hear) => (toPage = hear),
  );
  const server = portEnds(
    (message) => toPage(copied(message)),
    (hear) => (toServer = hear),
  );
  const answers = createMessageConnection(server.reader, server.writer, silent);
  answering(["verifyText", "traceSteps"], handlers, {
    on: (wire, answer) => answers.onRequest(wire, answer),
    failed: (_method, message) => new ResponseError(1, message),
  });
  answers.listen();
  const asks = createMessageConnection(page.reader, page.writer, silent);
  asks.listen();
  const ask = asking<"verifyText" | "traceSteps">((wire, ...given) => asks.sendRequest(wire, ...given));
  return { ask, said, answers, asks, hostile: (message: unknown) => toServer(message) };
}

const right: Handlers<"verifyText" | "traceSteps"> = {
  verifyText: ({ text }) => ({ score: 1, report: text }),
  traceSteps: () => [{ stage: "rl", step: 1, purpose: "train", rollouts: 8 }],
};

test("a question is answered by its handler, and an answer that the method does not give is an error that names the place", async () => {
  const { ask } = conversation(right);
  expect(await ask("verifyText", { text: "a", answer: "b" })).toEqual({ score: 1, report: "a" });
  const odd = conversation({ ...right, traceSteps: () => [{ stage: "rl", step: "one" }] as never });
  await expect(odd.ask("traceSteps", { folder: "/r" })).rejects.toThrow(/traceSteps.*0\.step/);
});

test("parameters are parsed before the handler sees them; what it throws comes back as its sentence", async () => {
  const seen: unknown[] = [];
  const { ask } = conversation({
    verifyText(params) {
      seen.push(params);
      throw new Error("The run is gone.");
    },
    traceSteps: right.traceSteps,
  });
  await expect(ask("verifyText", { text: 1, answer: "b" } as never)).rejects.toThrow(/other parameters.*text/);
  await expect(ask("verifyText", { text: "a", answer: "b", more: 1 } as never)).rejects.toThrow("The run is gone.");
  expect(seen).toEqual([{ text: "a", answer: "b" }]);
});

test("who asked can cancel", async () => {
  const { ask } = conversation({
    ...right,
    verifyText: (_params, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))),
  });
  let cancel = (): void => undefined;
  const token = {
    isCancellationRequested: false,
    onCancellationRequested: (hear: (event: unknown) => void) => {
      cancel = () => hear(undefined);
      return { dispose: () => undefined };
    },
  };
  const question = ask("verifyText", { text: "a", answer: "b" }, token as unknown as CancellationToken);
  const outcome = expect(question).rejects.toThrow("Cancelled.");
  await new Promise((resolve) => setTimeout(resolve, 20));
  cancel();
  await outcome;
});

test("what is no message harms nobody, and nothing is said once an end is disposed of", async () => {
  const { ask, hostile, answers, said } = conversation(right);
  for (const message of [
    null,
    1,
    "x",
    [],
    {},
    { jsonrpc: "2.0" },
    { id: 1 },
    { method: 1 },
    { id: 1, method: "lab/x" },
  ])
    hostile(message);
  hostile({ jsonrpc: "2.0", id: 9, method: wireName("verifyText"), params: [[1], { onCancellationRequested: 1 }] });
  expect(await ask("verifyText", { text: "a", answer: "b" })).toEqual({ score: 1, report: "a" });
  answers.dispose();
  const before = said.length;
  hostile({ jsonrpc: "2.0", id: 3, method: wireName("traceSteps"), params: { folder: "/r" } });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(said).toHaveLength(before);
});

test("what is only said is heard where it is what it should be", () => {
  const heard: unknown[] = [];
  const hear = hearing("compareProgress", (progress) => heard.push(progress));
  for (const said of [{ what: "a", done: 0, all: 2 }, { what: "a", done: "0", all: 2 }, null]) hear(said);
  expect(heard).toEqual([{ what: "a", done: 0, all: 2 }]);
});

test("pages may ask what the table allows them, and nothing that starts, stops or deletes", () => {
  const allowed = methodsOf("page → server", "page → client");
  expect(allowed).toContain("readCurves");
  const changing = ["startRun", "stopRun", "resumeRun", "forkRun", "evaluateCheckpoint", "compare", "scoreSamples"];
  for (const name of [...changing, "newProject", "setUpEngine", "getModel", "removeEngines", "cleanUp", "trustGranted"])
    expect([Object.hasOwn(methods, name), (allowed as string[]).includes(name)]).toEqual([true, false]);
});
