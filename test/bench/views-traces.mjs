// How long the traces page waits for a store of a million rollouts: the questions that it asks, of the process that answers them in the product.
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { projectNode, root } from "../harness/node.mjs";
import { start } from "../harness/processes.mjs";
import { bundleWorker } from "./sides.mjs";

const rollouts = 1_000_000;

async function lines(args, cwd, each) {
  const child = start(projectNode(), ["--disable-warning=ExperimentalWarning", ...args], {
    cwd,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let rest = "";
  child.stdout.on("data", (text) => {
    const found = (rest + String(text)).split("\n");
    rest = found.pop();
    found.forEach(each);
  });
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  if (code !== 0) throw new Error(`${args[0]} ended with code ${code}.`);
}

/** Rows of the table, in the order in which they were measured. */
export async function measureTraces(dist, scratch, { rounds, say }) {
  const project = join(scratch, "large");
  await mkdir(project, { recursive: true });
  await cp(join(root, "samples", "chain-sum"), project, { recursive: true });
  const [maker, asker] = [
    await bundleWorker("test/bench/large-store.ts"),
    await bundleWorker("test/bench/trace-times.ts"),
  ];
  let run = "";
  await lines([maker.file, project, String(rollouts)], scratch, (line) => (run = line));
  const rows = [];
  await lines([asker.file, dist, run, String(rounds)], scratch, (line) => {
    const { work: what, values } = JSON.parse(line);
    const work = `traces: ${what}`;
    rows.push({ work, values });
    say(work, values);
  });
  await maker.remove();
  await asker.remove();
  return rows;
}
