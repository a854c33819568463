// The processes that are measured: ours, one for each engine, and Python's. Each answers one request at a time.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";
import { projectNode, root } from "../harness/node.mjs";
import { start } from "../harness/processes.mjs";
import { tfjsNode } from "../harness/tfjs-node.mjs";

/** Starts a process that speaks JSON lines; resolves when it has said what it runs. */
async function side(name, command, args, options = {}) {
  const child = start(command, args, { ...options, stdio: ["pipe", "pipe", "pipe"] });
  let errors = "";
  child.stderr.on("data", (text) => (errors = (errors + String(text)).slice(-4000)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${name} ended: ${errors.trim() || "it said nothing"}`);
    return JSON.parse(value);
  };
  const { engine } = await next();
  return {
    name,
    engine,
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return next();
    },
    end: () => child.stdin.end(),
  };
}

/** Bundles a worker as the product is bundled; resolves to its file, beside which nothing else lies. */
export async function bundleWorker(entry = "test/bench/worker.ts") {
  const folder = await mkdtemp(join(tmpdir(), "reasoning-lab-bench-worker-"));
  const outfile = join(folder, "worker.cjs");
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    mainFields: ["module", "main"],
    plugins: [tfjsNode()],
    logLevel: "warning",
  });
  return { file: outfile, remove: () => rm(folder, { recursive: true, force: true }) };
}

export const ourSide = (engine, worker, dist) =>
  side(engine, projectNode(), [worker, engine, join(dist, "kernels.wasm")]);

/** The other side on a real model: `what` is torch or llama.cpp. */
export const peerSide = (python, what) => side(what, python, [join(root, "test", "bench", "real-peer.py"), what]);

export const pythonSide = (python) => side("torch", python, [join(root, "test", "bench", "peer.py"), "work"]);
