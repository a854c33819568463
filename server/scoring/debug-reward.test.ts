/** A reward under a debugger of its own: it waits for it, with the limits of training, and nobody else finds it. */
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import * as z from "zod";
import type { Installation } from "../processes/installation";
import { projectFolder, testInstallation } from "../processes/installation.testing";
import { debugReward, neededFor } from "./debug-reward";

let installation: Installation;
beforeAll(() => {
  installation = testInstallation();
});

const messageSchema = z.looseObject({ method: z.string().optional(), params: z.looseObject({}).optional() });
type Said = z.infer<typeof messageSchema>;

/** A debugger, as far as these tests need one. `stops`: it is told to go on wherever it pauses, unless the test looks itself. */
async function attach(address: string, { stops }: { readonly stops: boolean } = { stops: false }) {
  const socket = new WebSocket(address);
  onTestFinished(() => socket.close());
  const said: Said[] = [];
  let wake = (): void => undefined;
  socket.addEventListener("message", ({ data }) => {
    said.push(messageSchema.parse(JSON.parse(String(data))));
    wake();
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", reject);
  });
  let id = 0;
  const ask = (method: string, params: object = {}): void => socket.send(JSON.stringify({ id: ++id, method, params }));
  const paused = async (): Promise<Said> => {
    for (;;) {
      const at = said.findIndex(({ method }) => method === "Debugger.paused");
      if (at >= 0) return said.splice(at, 1)[0]!;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  ask("Runtime.enable");
  ask("Debugger.enable");
  ask("Runtime.runIfWaitingForDebugger");
  // Node now and then sleeps over what came while it began to wait; the next message wakes it.
  const waking = setInterval(() => {
    if (socket.readyState === WebSocket.OPEN) ask("Runtime.runIfWaitingForDebugger");
  }, 200);
  onTestFinished(() => clearInterval(waking));
  const isResumed = ({ method }: Said): boolean => method === "Debugger.resumed";
  /** Node does not hear it where it has only just stopped: until it says that it goes on. */
  const resume = async (): Promise<void> => {
    const before = said.filter(isResumed).length;
    while (said.filter(isResumed).length === before && socket.readyState === WebSocket.OPEN) {
      ask("Debugger.resume");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  // At the first line of our own script.
  await paused();
  await resume();
  const goOn = async (): Promise<void> => {
    for (;;) {
      await paused();
      await resume();
    }
  };
  if (!stops) void goOn();
  return { ask, paused, detach: () => socket.close() };
}

function debugging(source: string, completion = "c") {
  const folder = projectFolder({ "a.reward.ts": source });
  const listening = Promise.withResolvers<string>();
  const abort = new AbortController();
  const printed: string[] = [];
  const outcome = debugReward({
    workspaceFolder: folder,
    file: join(folder, "a.reward.ts"),
    export: "r",
    installation,
    nodePath: "",
    groups: [{ prompt: "p", completions: [completion], answer: "1", row: {} }],
    log: (text) => printed.push(text),
    listening: (address) => listening.resolve(address),
    signal: abort.signal,
  });
  onTestFinished(() => abort.abort());
  outcome.catch(() => undefined);
  return { outcome, address: listening.promise, abort, printed };
}

/** Node's inspector loses a message now and then on a busy machine, and then nobody goes on: a second try tells that from a fault of ours. */
const attached = { retry: 2, timeout: 60_000 };

test("it waits for a debugger, stops where it is told to, and goes on", attached, async () => {
  const { outcome, address, printed } = debugging(
    `export const r = ({ completion }: { completion: string }) => {\n  const length = completion.length;\n  debugger;\n  return length;\n};`,
    "four",
  );
  expect(await Promise.race([outcome, address])).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\//);
  const { paused, ask } = await attach(await address, { stops: true });
  await paused();
  // Longer than a person is given in training would be no test to wait for; that there is no limit, the server's clock says.
  await new Promise((resolve) => setTimeout(resolve, 300));
  ask("Debugger.resume");
  expect(await outcome).toEqual([[{ kind: "score", score: 4, extras: {} }]]);
  // What Node says of its inspector is no output of the reward.
  expect(printed.join("\n")).not.toMatch(/Debugger|inspector/);
});

test("its address is listed nowhere", attached, async () => {
  const { address } = debugging("export const r = () => 1;");
  const { host } = new URL(await address);
  for (const path of ["/json", "/json/list"]) {
    const listed = await fetch(`http://${host}${path}`).then(
      (answer) => answer.text(),
      () => "",
    );
    expect(listed).not.toContain(new URL(await address).pathname.slice(1));
  }
});

test("code of the reward reaches no inspector, and has the limits of training", attached, async () => {
  const attempts = `
    const tries = {
      session: () => new (process.getBuiltinModule("node:inspector") as any).Session().connect(),
      url: () => (process.getBuiltinModule("node:inspector") as any).url(),
      open: () => (process.getBuiltinModule("node:inspector") as any).open(0),
      binding: () => (process as any).binding("inspector"),
      debug: () => (process as any)._debugProcess(process.pid),
      internals: () => (process.getBuiltinModule as any)("internal/test/binding"),
      global: () => (globalThis as any).inspector,
      files: () => (process.getBuiltinModule("node:fs") as any).readFileSync("/etc/hostname"),
      arguments: () => (process.argv.length + process.execArgv.length > 0 ? 1 : undefined),
    };
    export const r = async () => {
      const open: string[] = [];
      for (const [name, attempt] of Object.entries(tries))
        try { if (attempt() !== undefined) open.push(name); } catch {}
      for (const name of ["node:inspector", "inspector/promises"]) {
        const asked: string = name;
        await import(asked).then(() => open.push(name), () => undefined);
      }
      await fetch("http://127.0.0.1:9229/json").then(() => open.push("fetch"), () => undefined);
      return { score: open.length, open: open.join(" ") };
    };`;
  const { outcome, address } = debugging(attempts);
  await attach(await address);
  expect(await outcome).toEqual([[{ kind: "score", score: 0, extras: { open: "" } }]]);
});

test("who stops debugging ends it, also before anybody has attached", async () => {
  const { outcome, address, abort } = debugging("export const r = () => 1;");
  await address;
  abort.abort(new Error("enough"));
  await expect(outcome).rejects.toThrow("enough");
});

test("one that scores a group at once is given all of it, another the one sample", () => {
  const folder = projectFolder({
    "a.reward.ts":
      "export const one = ({ completion }) => completion.length; export const all = ({ completions }) => completions.map(() => 1);",
  });
  const file = join(folder, "a.reward.ts");
  const group = { prompt: "p", answer: "1", row: {}, completions: ["a", "b"], completionIds: [[1], [2]] };
  expect(neededFor(file, "all", group, 1)).toEqual({ group, at: 1 });
  expect(neededFor(file, "one", group, 1)).toEqual({
    group: { ...group, completions: ["b"], completionIds: [[2]] },
    at: 0,
  });
});
