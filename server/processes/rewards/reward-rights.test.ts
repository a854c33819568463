/** What reward code, or a package that it imports, tries to reach: each attempt is made in the real process, and the test looks outside at what came of it. */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { openRewardPool } from "./reward-pool";
import { plainReward } from "./pool-reward";
import { findRewardRuntime, type RewardRuntime } from "../runtime";
import type { Installation } from "../installation";
import { projectFolder, temporaryFolder, testInstallation } from "../installation.testing";
import { brief, group } from "./pools.testing";

let installation: Installation;
let runtime: RewardRuntime;
beforeAll(async () => {
  installation = testInstallation();
  runtime = await findRewardRuntime("");
});

interface World {
  readonly files: Readonly<Record<string, string>>;
  readonly hosts?: readonly string[];
}

function poolOf({ files, hosts = [] }: World, ...names: string[]) {
  const folder = projectFolder(files);
  const log: string[] = [];
  const pool = openRewardPool({
    rewards: names.map((name) => ({ ...plainReward(`a.reward.ts#${name}`), hosts: [...hosts] })),
    folder,
    bundleFolder: temporaryFolder("bundles"),
    installation,
    runtime,
    log: (text) => log.push(text),
  });
  onTestFinished(() => pool.close());
  return { pool, folder, log };
}

/** What a body of a reward comes to: a number, or the message of its error. */
async function attempt(body: string, world: Partial<World> = {}): Promise<number | string | null> {
  const files = {
    "a.reward.ts": `// @ts-nocheck\nexport const reward = async () => { ${body} };`,
    ...world.files,
  };
  const { pool } = poolOf({ ...world, files }, "reward");
  const { outcomes } = await pool.score([group("a")], 5);
  return brief(outcomes["reward"]![0]![0]!);
}

/** A server that counts who comes. */
async function listening(path?: string): Promise<{ readonly port: number; readonly visits: () => number }> {
  let visits = 0;
  const server: Server = createServer((socket) => {
    visits++;
    socket.on("error", () => undefined);
    socket.once("data", () =>
      socket.end(
        'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\nconnection: close\r\n\r\n{"score":3}',
      ),
    );
  });
  await new Promise<void>((resolve) =>
    path === undefined ? server.listen(0, "127.0.0.1", resolve) : server.listen(path, resolve),
  );
  onTestFinished(() => void server.close());
  return { port: path === undefined ? (server.address() as AddressInfo).port : 0, visits: () => visits };
}

/** Every way to a builtin module that code has which is made while it runs. */
const waysIn = [
  "await import(name)",
  'await new Function("name", "return import(name)")(name)',
  `await (0, eval)("import('" + name + "')")`,
  `await import("data:text/javascript,export * from '" + name + "'")`,
  "require(name)",
  "globalThis.require(name)",
  'globalThis[["mod", "ule"].join("")].constructor._load(name)',
  "process.mainModule.require(name)",
  "process.binding(plain)",
  "process._linkedBinding(plain)",
] as const;

/** A name that the bundler cannot know. */
const made = (name: string): string => `["node", ${JSON.stringify(name)}].join(":")`;

const dangerous = [
  "net",
  "child_process",
  "fs",
  "sqlite",
  "worker_threads",
  "inspector",
  "module",
  "vm",
  "dgram",
  "os",
  "process",
];

test.each(dangerous)("no way that is made at run time leads to node:%s", async (name) => {
  const tries = waysIn.map(
    (way) =>
      `try { const found = ${way}; if (found && Object.keys(found).length > 0) got.push(${JSON.stringify(way)}); } catch {}`,
  );
  const outcome = await attempt(
    `const got = []; const name = ${made(name)}; const plain = ${JSON.stringify(name)}; ${tries.join("\n")} if (got.length > 0) throw new Error(got.join(" | ")); return 7;`,
  );
  expect(outcome).toBe(7);
});

test("what the runtime looks at when it decides cannot be changed from within", async () => {
  const outcome = await attempt(`
    String.prototype.startsWith = () => true; String.prototype.replace = () => "util"; Set.prototype.has = () => true;
    Map.prototype.get = () => ({ kind: "given" }); Array.prototype.includes = () => true; RegExp.prototype[Symbol.replace] = () => "util";
    Reflect.apply = () => true; Object.keys = () => [];
    const names = ["net", "fs", "child_process", "sqlite"];
    let reached = 0;
    for (const name of names) try { const found = await import(["node", name].join(":")); if (found.default) reached++; } catch {}
    return reached;`);
  expect(outcome).toBe(0);
});

test("what a module is given as is not decided by what code has changed, and hands it nothing", async () => {
  const outcome = await attempt(`
    const real = new Set();
    const look = (value) => { if (value !== null && (typeof value === "function" || typeof value === "object")) for (const name of ["connect", "createRequire", "spawn", "createHook", "setEngine"]) if (typeof value[name] === "function") real.add(value[name]); };
    const { getOwnPropertyDescriptor, getOwnPropertyNames } = Object;
    for (const object of [Object, Reflect, Array.prototype, Set.prototype, Map.prototype, String.prototype, globalThis])
      for (const name of getOwnPropertyNames(object)) {
        if (name === "constructor" || typeof getOwnPropertyDescriptor(object, name).value !== "function" || (object === globalThis && name !== "structuredClone") || (object === Reflect && name === "apply")) continue;
        const own = object[name];
        const isTrue = object !== Map.prototype && (name === "has" || name === "includes");
        try { object[name] = function (...given) { for (let at = 0; at < given.length; at++) look(given[at]); look(this); return isTrue ? true : Reflect.apply(own, this, given); }; } catch {}
      }
    for (const name of ["net", "module", "child_process", "async_hooks", "crypto", "internal/test/binding"]) try { look(process.getBuiltinModule(name)); } catch {}
    let open = 0;
    for (const one of real) try { one(); open++; } catch (error) { if (!error.message.startsWith("A reward has no node:")) open++; }
    return open;`);
  expect(outcome).toBe(0);
});

test("process is what a reward needs of it, by whatever name", async () => {
  const gone = [
    "kill",
    "_kill",
    "_debugProcess",
    "_debugEnd",
    "binding",
    "_linkedBinding",
    "dlopen",
    "send",
    "disconnect",
    "channel",
    "chdir",
  ];
  const more = [
    "setuid",
    "setgid",
    "abort",
    "umask",
    "mainModule",
    "ppid",
    "report",
    "_getActiveHandles",
    "execve",
    "openStdin",
    "stdin",
  ];
  const outcome = await attempt(`
    const { default: other } = { default: globalThis.process };
    const found = ${JSON.stringify([...gone, ...more])}.filter((name) => other[name] !== undefined);
    if (found.length > 0) throw new Error(found.join());
    return other.pid > 0 && other.cwd() === "/" && Object.keys(other.env).length === 0 ? 1 : 0;`);
  expect(outcome).toBe(1);
  const imported = await attempt("", {
    files: {
      "a.reward.ts": `// @ts-nocheck
        import process, { env } from "node:process";
        export const reward = () => (process === globalThis.process && process.kill === undefined && env === process.env ? 1 : 0);`,
    },
  });
  expect(imported).toBe(1);
});

test("what Node calls of the real process is not handed to code that changes its prototypes", async () => {
  const outcome = await attempt(`
    const { EventEmitter } = process.getBuiltinModule("events");
    const stream = process.getBuiltinModule("stream");
    let stolen = null;
    const take = (value) => {
      const is = (name) => { if (typeof value !== "object") return false; try { return typeof value[name] === "function" || (typeof value[name] === "object" && value[name] !== null); } catch { return false; } };
      if (value && (is("_kill") || is("_handle") || is("reallyExit"))) stolen ??= Object.assign(new Error(), {}).stack + String(value.constructor && value.constructor.name);
    };
    const given = [EventEmitter, stream, ...Object.values(stream).filter((one) => typeof one === "function"), Promise, Buffer, Map, Array, Function, Object.getPrototypeOf(Uint8Array)];
    for (const one of given.filter(({ prototype }) => prototype)) for (const name of Reflect.ownKeys(one.prototype)) {
      const found = Object.getOwnPropertyDescriptor(one.prototype, name);
      if (name === "constructor" || name === "apply" || typeof found.value !== "function" || !found.writable) continue;
      const own = found.value;
      one.prototype[name] = function (...arguments_) { take(this); for (let at = 0; at < arguments_.length; at++) take(arguments_[at]); return Reflect.apply(own, this, arguments_); };
    }
    for (const name of ["oncomplete", "onread", "handle", "callback", "emit"]) try {
      Object.defineProperty(Object.prototype, name, { configurable: true, set(value) { take(this); take(this.handle); Object.defineProperty(this, name, { value, writable: true }); } });
      throw new Error("a property was added to Object.prototype: " + name);
    } catch (error) { if (!(error instanceof TypeError)) throw error; }
    
    void new Error().stack;
    Promise.reject(new Error("astray"));
    console.log("x");
    await fetch("http://127.0.0.1:1/", { method: "POST", body: "x".repeat(3e6) }).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 30));
    if (stolen) throw new Error(stolen); return 1;`);
  expect(outcome).toBe(1);
});

test("no stream, console, timer or dispatcher of Node leads to a socket", async () => {
  const { port, visits } = await listening();
  const socket = join(temporaryFolder("socket"), "s");
  const unix = await listening(socket);
  const outcome = await attempt(`
    new Response("x"); new Request("http://127.0.0.1/"); new Headers(); new FormData();
    const roots = [process.stdout, process.stderr, console._stdout, console._stderr, console, setTimeout(() => {}, 1), setImmediate(() => {}), performance,
      ...Object.getOwnPropertySymbols(globalThis).map((name) => globalThis[name]), ...Object.getOwnPropertyNames(globalThis).map((name) => { try { return globalThis[name]; } catch {} })];
    const seen = new Set();
    const visit = (value, depth) => {
      if (value === null || (typeof value !== "object" && typeof value !== "function") || seen.has(value) || depth > 6 || seen.size > 200000) return;
      seen.add(value);
      for (let at = value; at; at = Object.getPrototypeOf(at)) for (const key of Reflect.ownKeys(at)) try {
        const found = Object.getOwnPropertyDescriptor(at, key);
        visit(found.value, depth + 1); visit(found.get, depth + 1);
        if (found.get) visit(found.get.call(value), depth + 1);
      } catch {}
    };
    for (const root of roots) visit(root, 0);
    for (const value of seen) {
      for (const ask of [
        () => value.request?.({ origin: "http://127.0.0.1:${port}", path: "/", method: "GET" }),
        () => value.dispatch?.({ origin: "http://127.0.0.1:${port}", path: "/", method: "GET" }, { onConnect() {}, onError() {}, onHeaders() {}, onData() {}, onComplete() {}, onRequestStart() {}, onResponseError() {} }),
        () => value.prototype?.connect && new value().connect(${port}, "127.0.0.1"),
        () => value.prototype?.connect && new value().connect(${JSON.stringify(socket)}),
        () => value.connect?.(${port}, "127.0.0.1"),
        () => value.createConnection?.({ port: ${port}, host: "127.0.0.1" }),
      ]) try { const found = ask(); found?.catch?.(() => {}); found?.on?.("error", () => {}); } catch {}
    }
    for (const name of ["WebSocket", "EventSource"]) try { new globalThis[name]("ws://127.0.0.1:${port}"); } catch {}
    await new Promise((resolve) => setTimeout(resolve, 300));
    return seen.size > 500 ? 1 : 0;`);
  expect(outcome).toBe(1);
  expect([visits(), unix.visits()]).toEqual([0, 0]);
});

/** Puts itself in place of the constructor that Node's own classes call, keeps what they make, and tries to connect with it. */
const stealing = (port: number): string => `
    const events = process.getBuiltinModule("events"), stream = process.getBuiltinModule("stream"), util = process.getBuiltinModule("util");
    const stolen = [];
    const init = events.init;
    events.init = function (...given) { stolen.push(this); return init.apply(this, given); };
    const connect = async () => {
      for (const one of stolen) for (const ask of [() => one.connect(${port}, "127.0.0.1"), () => new one.constructor().connect(${port}, "127.0.0.1")])
        try { ask().on("error", () => {}); } catch {}
      await new Promise((resolve) => setTimeout(resolve, 100));
    };`;

test("a constructor of Node's that is replaced is handed nothing that connects", async () => {
  const { port, visits } = await listening();
  const outcome = await attempt(`${stealing(port)}
    const symbol = (name) => Object.getOwnPropertySymbols(Blob.prototype).find(({ description }) => description === name);
    for (const { prototype } of [events, stream.Stream, stream.Duplex])
      Object.defineProperty(prototype, symbol("messaging_deserialize_symbol"), { configurable: true, writable: true, value() { stolen.push(this); } });
    let cloned = 0;
    for (const info of ["net:Socket", "net:Server", "inspector:Session", "http:Agent", "child_process:ChildProcess"]) {
      const blob = new Blob(["x"]);
      blob[symbol("messaging_clone_symbol")] = () => ({ data: {}, deserializeInfo: info });
      for (const ask of [() => structuredClone(blob), () => performance.mark("x", { detail: blob })])
        try { ask(); cloned++; } catch {}
    }
    util.styleText("red", "x");
    util.debuglog("x")("x");
    await connect();
    return stolen.length + cloned;`);
  expect(outcome).toBe(0);
  expect(visits()).toBe(0);
});

test("plain data is cloned and sent, and responses are copied", async () => {
  const outcome = await attempt(`
    const { list } = structuredClone({ list: [new Date(0), new Map([[1, 2]]), new Uint8Array(3), new RangeError("x")] });
    const { port1, port2 } = new MessageChannel();
    const heard = new Promise((resolve) => (port2.onmessage = ({ data }) => { resolve(data.four); port2.close(); }));
    port1.postMessage({ four: 4 });
    const response = new Response("five!");
    return list[1].get(1) + list[2].length + (await heard) + (await response.clone().text()).length + (await response.text()).length;`);
  expect(outcome).toBe(19);
});

test("no import is decided by what code has changed, and none is made twice", async () => {
  const outcome = await attempt(`
    for (const [name, value] of [["protocol", "node:"], ["href", "data:text/javascript,"], ["pathname", "fs"]])
      Object.defineProperty(URL.prototype, name, { configurable: true, get: () => value });
    let made = 0;
    for (const name of ["data:fs", "data:net", "data:text/javascript,", ${made("fs")}, import.meta.url]) try { await import(name); made++; } catch {}
    return made;`);
  expect(outcome).toBe(0);
});

test.each([
  ["node:fs", "It has no files"],
  ["fs/promises", "It has no files"],
  ["node:child_process", "runPython"],
  ["https", '"hosts"'],
  ["node:sqlite", "A reward has no node:sqlite."],
  ["worker_threads", "A reward has no node:worker_threads."],
])("a reward that imports %s is told so at the import's place", async (name, says) => {
  const files = {
    "a.reward.ts": `\nimport * as x from ${JSON.stringify(name)};\nexport const reward = () => Number(!!x);`,
  };
  const error = await poolOf({ files }, "reward")
    .pool.prepare()
    .catch((thrown: unknown) => thrown);
  expect(String(error)).toMatch(/a\.reward\.ts:2:20: A reward has no node:/);
  expect(String(error)).toContain(says);
});

test("a package that names closed modules loads, and is told when it uses them; open ones work", async () => {
  const packaged = `
    const { EventEmitter } = require("events"); const fs = require("fs"); const util = require("node:util"); const http = require("http");
    class Emitter extends EventEmitter {} class Agent extends http.Agent {}
    module.exports = {
      open: () => { const one = new Emitter(); let heard = 0; one.on("x", () => heard++); one.emit("x"); return util.format("%d", heard); },
      table: http.STATUS_CODES[404],
      closed: () => fs.readFileSync("/etc/hostname", "utf8"),
      agent: () => new Agent(),
    };`;
  const files = {
    "node_modules/packaged/package.json": '{"name":"packaged","version":"1.0.0","main":"index.js"}',
    "node_modules/packaged/index.js": packaged,
    "a.reward.ts": `// @ts-nocheck
      import packaged from "packaged";
      const said = (call) => { try { return String(call()); } catch (error) { return error.message; } };
      export const reward = () => ({ score: Number(packaged.open()), table: packaged.table, closed: said(packaged.closed), agent: said(packaged.agent) });`,
  };
  const { pool } = poolOf({ files }, "reward");
  const { outcomes } = await pool.score([group("a")], 5);
  expect(outcomes["reward"]![0]![0]).toMatchObject({
    kind: "score",
    score: 1,
    extras: {
      table: "Not Found",
      closed: expect.stringContaining("A reward has no node:fs. It has no files") as unknown,
      agent: expect.stringContaining(
        "A reward has no node:http. It has fetch, for hosts that the recipe names",
      ) as unknown,
    },
  });
});

test("a reward opens no debugger in another process, and sends it no signal", async () => {
  const outcome = await attempt(`
    let sent = 0;
    for (const [object, name] of [[process, "kill"], [process, "_kill"], [process, "_debugProcess"]])
      try { object[name](process.pid, "SIGUSR1"); sent++; } catch {}
    return sent;`);
  expect(outcome).toBe(0);
});

test.skipIf(process.platform === "win32")("no process of ours answers SIGUSR1 with a debugger", async () => {
  const script = join(installation.distFolder, "watchdog.js");
  const child = spawn(process.execPath, [script], { stdio: ["pipe", "ignore", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  await new Promise((resolve) => setTimeout(resolve, 500));
  child.kill("SIGUSR1");
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(said).toBe("");
  expect(child.exitCode).toBe(null);
  const root = join(__dirname, "..", "..");
  const entries = [
    "main.ts",
    "cli.ts",
    "supervisor-process.ts",
    "trainer.ts",
    "engine-probe.ts",
    "rewards/reward-process.ts",
    "verifiers/code/sandbox.ts",
  ];
  for (const entry of [...entries, "processes/watchdog-process.ts", "processes/launcher-process.ts"])
    expect(readFileSync(join(root, entry), "utf8"), entry).toMatch(
      /^import "\.{1,2}(\/\.\.)?\/shared\/no-debugger";$/m,
    );
});

test("fetch reaches the hosts that the recipe names, and no other", async () => {
  const { port, visits } = await listening();
  const body = `const answer = await fetch("http://127.0.0.1:${port}/judge", { method: "POST", body: "x" }); return (await answer.json()).score;`;
  expect(await attempt(body)).toMatch(
    /^TypeError: 127\.0\.0\.1:\d+ is closed to a\.reward\.ts#reward: .* it names no host\. Add "hosts": \["127\.0\.0\.1:\d+"\]/,
  );
  expect(visits()).toBe(0);
  expect(await attempt(body, { hosts: ["localhost", "127.0.0.1:1"] })).toMatch(/it names localhost, 127\.0\.0\.1:1\./);
  expect(visits()).toBe(0);
  expect(await attempt(body, { hosts: [`127.0.0.1:${port}`] })).toBe(3);
  expect(visits()).toBe(1);
});

test("what is imported lies in the workspace or in a package", async () => {
  const outside = temporaryFolder("outside");
  writeFileSync(join(outside, "secret.json"), '{"key":"s3cret"}');
  writeFileSync(join(outside, "secret.txt"), "s3cret");
  const error = async (files: Readonly<Record<string, string>>) =>
    String(
      await poolOf({ files }, "reward")
        .pool.prepare()
        .catch((thrown: unknown) => thrown),
    );
  const importing = (path: string) => `import x from ${JSON.stringify(path)}; export const reward = () => Number(!!x);`;
  expect(await error({ "a.reward.ts": importing(join(outside, "secret.json")) })).toMatch(
    /a\.reward\.ts:1:15: .*secret\.json is outside of the workspace .*it is not read/,
  );
  expect(await error({ "a.reward.ts": importing(join(outside, "secret.txt")) })).toContain(
    "is outside of the workspace",
  );
  expect(await error({ "a.reward.ts": importing("./.env"), ".env": "KEY=1" })).toContain(
    "neither code nor JSON nor text",
  );
  expect(await error({ "a.reward.ts": importing("./words.json"), "words.json": '["a"]' })).toBe("undefined");
  const manifest = { "node_modules/evil/package.json": '{"name":"evil","main":"index.js"}' };
  expect(
    await error({
      ...manifest,
      "a.reward.ts": importing("evil"),
      "node_modules/evil/index.js": 'module.exports = require("../../private.json");',
      "private.json": '{"key":"s3cret"}',
    }),
  ).toMatch(/evil\/index\.js:1:26: A package imports .*private\.json, which is no part of a package/);
});

test.skipIf(process.platform === "win32")("links out of the workspace and what is no file are not read", async () => {
  const error = async (make: (folder: string) => void) => {
    const files = { "a.reward.ts": 'import x from "./x.json"; export const reward = () => Number(!!x);' };
    const { pool, folder } = poolOf({ files }, "reward");
    make(folder);
    return String(await pool.prepare().catch((thrown: unknown) => thrown));
  };
  const outside = join(temporaryFolder("outside"), "o.json");
  writeFileSync(outside, "{}");
  expect(await error((folder) => symlinkSync(outside, join(folder, "x.json")))).toContain(
    "is outside of the workspace",
  );
  expect(await error((folder) => symlinkSync("/dev/zero", join(folder, "x.json")))).toMatch(
    /outside of the workspace|is a device/,
  );
  expect(await error((folder) => void execFileSync("mkfifo", [join(folder, "x.json")]))).toContain(
    "is a pipe, not a file",
  );
  expect(
    await error((folder) => {
      mkdirSync(join(folder, "node_modules"));
      writeFileSync(join(folder, "x.json"), "{}");
      execFileSync("mkfifo", [join(folder, "package.json")]);
    }),
  ).toContain("package.json is a pipe, not a file");
});

test("a reward does not write the scores of another in its file", async () => {
  const source = `// @ts-nocheck
    export const honest = () => 0;
    export const other = () => {
      const forged = { kind: "score", score: 9, extras: {} };
      Array.prototype.map = () => [forged];
      Promise.all = async () => [forged];
      try { process.send({ type: "scored", id: 0, group: 0, outcomes: [forged], started: 0, milliseconds: 1 }); } catch {}
      return 5;
    };`;
  const { pool } = poolOf({ files: { "a.reward.ts": source } }, "other", "honest");
  for (let round = 0; round < 3; round++) {
    const { outcomes } = await pool.score([group("a"), group("b")], 5);
    expect(outcomes["honest"]!.flat().map(brief)).toEqual([0, 0]);
  }
});

/** Has whatever the process says next be something else. */
const forging = (message: string): string => `
    const { stringify } = JSON;
    const say = (line) => { JSON.stringify = () => line; void fetch("http://x/").catch(() => {}); JSON.stringify = stringify; };
    say(stringify(${message}));`;

test("a reward that says of itself that it waits is timed all the same", async () => {
  const waits = '{ type: "waiting", id: 0, group: 0 }';
  const source = `// @ts-nocheck
    export const once = async () => { ${forging(waits)} return new Promise(() => {}); };
    export const often = async () => { ${forging(waits)}
      return new Promise(() => setInterval(() => { for (const type of ["scoring", "waiting"]) say(stringify({ type, id: 0, group: 0 })); }, 20)); };`;
  const said = async (...completions: string[]) => {
    const { outcomes } = await poolOf({ files: { "a.reward.ts": source } }, "once", "often").pool.score(
      [group(...completions)],
      0.3,
    );
    return Object.values(outcomes).map((groups) => brief(groups[0]![0]!));
  };
  expect(await said("a")).toEqual(["took longer than 0.3 s", "took longer than 0.3 s"]);
  expect(await said("a", "b")).toEqual(["waited for 1.3 s and called nothing", "took longer than 0.3 s"]);
});

test.skipIf(process.platform !== "linux")("buffers are limited like everything else", async () => {
  const outcome = await attempt(
    "const all = []; for (let at = 0; at < 100; at++) all.push(Buffer.alloc(64 << 20, 1)); return all.length;",
  );
  expect(outcome).toMatch(/RangeError: .*(allocat|memory)/i);
});

test("no file is written, whatever is tried", async () => {
  const folder = temporaryFolder("target");
  const target = JSON.stringify(join(folder, "written"));
  await attempt(`
    for (const way of [
      async () => (await import(${made("fs")})).writeFileSync(${target}, "x"),
      async () => new ((await import(${made("sqlite")})).DatabaseSync)(${target}).exec("create table t (a)"),
      async () => process.report.writeReport(${target}),
      async () => process.getBuiltinModule("fs").writeFileSync(${target}, "x"),
      async () => process.getBuiltinModule("sqlite").DatabaseSync(${target}),
      async () => process.getBuiltinModule("crypto").setEngine(${target}),
      async () => process.getBuiltinModule("v8").writeHeapSnapshot(${target}),
      async () => process.getBuiltinModule("child_process").execSync("touch " + ${target}),
    ]) try { await way(); } catch {}
    return 1;`);
  expect(existsSync(join(folder, "written"))).toBe(false);
  expect(readdirSync(folder)).toEqual([]);
});
