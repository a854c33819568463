/** What code reaches that has got hold of all modules of Node in a process whose native doors are closed: no module decides what a reward can do. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { expect, onTestFinished, test } from "vitest";
import { doorFlags } from "./native-doors";

const folder = mkdtempSync(join(realpathSync(tmpdir()), "reasoning-lab-doors-"));

/** Runs `body`, which has `require`, behind closed doors; gives what it printed. */
function behindDoors(body: string): Promise<string> {
  const script = join(folder, "script.js");
  const bundle = buildSync({
    stdin: {
      contents: 'import { closeNativeDoors } from "./native-doors"; closeNativeDoors();',
      resolveDir: __dirname,
    },
    bundle: true,
    platform: "node",
    write: false,
  });
  writeFileSync(
    script,
    `${bundle.outputFiles[0]!.text}
    const reached = [];
    process.on("uncaughtException", () => {});
    for (const name of ["stdout", "stderr"]) Object.defineProperty(process, name, { value: { write: () => true, on() {} } });
    const late = () => new Promise((resolve) => setTimeout(resolve, 200, false));
    const attempt = async (name, work) => { try { if ((await Promise.race([work(), late()])) !== false) reached.push(name); } catch {} };
    const settled = (emitter, good) => new Promise((resolve, reject) => { emitter.on("error", reject); emitter.on(good, resolve); });
    (async () => { ${body}
      require("fs").writeSync(1, JSON.stringify(reached)); process.exit(); })();`,
  );
  const child = spawn(process.execPath, [...doorFlags, "--no-warnings", script], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  return new Promise((resolve) => child.on("close", () => resolve(said)));
}

test("no module of Node connects, listens, starts or signals a process, or opens a database", async () => {
  let visits = 0;
  const server = createServer((socket) => {
    visits++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const made = JSON.stringify(join(folder, "made"));
  const said = await behindDoors(`
    const net = require("net"), dgram = require("dgram"), dns = require("dns"), child_process = require("child_process"), inspector = require("inspector");
    await attempt("net", () => settled(net.connect(${port}, "127.0.0.1"), "connect"));
    await attempt("pipe", () => settled(net.connect(${made}), "connect"));
    await attempt("listen", () => settled(net.createServer().listen(0, "127.0.0.1"), "listening"));
    await attempt("listen on a pipe", () => settled(net.createServer().listen(${made}), "listening"));
    await attempt("descriptor", () => settled(new net.Socket({ fd: 1 }), "connect"));
    await attempt("http", () => settled(require("http").get("http://127.0.0.1:${port}/"), "response"));
    await attempt("http2", () => settled(require("http2").connect("http://127.0.0.1:${port}/"), "connect"));
    await attempt("tls", () => settled(require("tls").connect(${port}, "127.0.0.1"), "secureConnect"));
    await attempt("fetch", () => fetch("http://127.0.0.1:${port}/"));
    await attempt("WebSocket", () => new Promise((resolve, reject) => { const one = new WebSocket("ws://127.0.0.1:${port}/"); one.onerror = reject; one.onopen = resolve; }));
    await attempt("udp", () => new Promise((resolve, reject) => { const one = dgram.createSocket("udp4"); one.on("error", reject); one.send("x", ${port}, "127.0.0.1", (error) => error ? reject(error) : resolve()); }));
    await attempt("lookup", () => dns.promises.lookup("localhost"));
    await attempt("resolve", () => new dns.promises.Resolver().resolve4("localhost"));
    await attempt("spawn", () => settled(child_process.spawn("touch", [${made}]), "spawn"));
    await attempt("spawnSync", () => child_process.spawnSync("touch", [${made}]).error === undefined);
    await attempt("fork", () => settled(child_process.fork(__filename), "spawn"));
    await attempt("worker", () => settled(new (require("worker_threads").Worker)("1", { eval: true }), "online"));
    await attempt("sqlite", () => new (require("node:sqlite").DatabaseSync)(${made}));
    await attempt("session", () => { const one = new inspector.Session(); one.connect(); });
    await attempt("inspector", () => inspector.open(0, "127.0.0.1"));
    await attempt("kill", () => process.kill(process.ppid, 0));
    await attempt("_kill", () => process._kill(process.ppid, 0) !== 0 ? false : true);
    await attempt("_debugProcess", () => process._debugProcess(process.ppid));
    await attempt("binding", () => process.binding("tcp_wrap"));
    await attempt("dlopen", () => process.dlopen({}, ${made}));
    await attempt("flags", () => require("v8").setFlagsFromString("--allow-natives-syntax"));
    await attempt("snapshot", () => require("v8").writeHeapSnapshot(${made}));
    await attempt("priority", () => require("os").setPriority(process.ppid, 19));
    await attempt("trace events", () => require("trace_events").createTracing({ categories: ["v8"] }).enable());
    await attempt("terminal", () => new (require("tty").ReadStream)(0));
    await attempt("own", () => process.kill(process.pid, 0));`);
  expect(JSON.parse(said)).toEqual(["own"]);
  expect(visits).toBe(0);
  expect(existsSync(join(folder, "made"))).toBe(false);
});

test("a clone is no way to classes of modules, and plain data is cloned", async () => {
  const said = await behindDoors(`
    const [events, stream] = [require("events"), require("stream")];
    const symbol = (name) => Object.getOwnPropertySymbols(Blob.prototype).find(({ description }) => description === name);
    for (const { prototype } of [events, stream.Duplex]) Object.defineProperty(prototype, symbol("messaging_deserialize_symbol"), { writable: true, value() {} });
    new Response();
    const init = events.init;
    events.init = function (...given) { reached.push(this.constructor.name); return init.apply(this, given); };
    for (const info of ["net:Socket", "inspector:Session", "child_process:ChildProcess"]) {
      const blob = new Blob(["x"]);
      blob[symbol("messaging_clone_symbol")] = () => ({ data: {}, deserializeInfo: info });
      await attempt("clone", () => structuredClone(blob));
      await attempt("mark", () => performance.mark("x", { detail: blob }));
      await attempt("port", () => new Promise((resolve, reject) => { const { port1, port2 } = new MessageChannel(); port2.onmessage = resolve; port2.onmessageerror = reject; port1.postMessage(blob); }));
    }
    const { list } = structuredClone({ list: [new Date(0), new Map([[1, new Set([2])]]), new Uint8Array(2), new RangeError("x")] });
    reached.push(list[1].get(1).has(2) && list[2].length === 2 && list[3].message);`);
  expect(JSON.parse(said)).toEqual(["x"]);
});
