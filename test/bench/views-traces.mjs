// How long the traces page waits for a store of a million rollouts: the questions that it asks, of the process that answers them in the product.
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { projectNode, root } from "../harness/node.mjs";
import { start } from "../harness/processes.mjs";
import { bundleWorker } from "./sides.mjs";

const rollouts = 1_000_000;

/** What it must not take longer than, in milliseconds. A process that is started anew each time is part of the opening. */
export const traceTargets = [
  { work: "open, to the first page and group", by: "median", most: 300, unit: "ms" },
  { work: "filter of three numbers", by: "median", most: 150, unit: "ms" },
  { work: "a filter that nothing passes", by: "median", most: 150, unit: "ms" },
  { work: "search, frequent", by: "median", most: 150, unit: "ms" },
  { work: "search, a number", by: "median", most: 150, unit: "ms" },
  { work: "search, regular expression, frequent", by: "median", most: 150, unit: "ms" },
  { work: "a page anywhere in the list", by: "p95", most: 100, unit: "ms" },
];

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
    const { work, values } = JSON.parse(line);
    rows.push({ work, values });
    say(work, values);
  });
  await maker.remove();
  await asker.remove();
  return rows;
}
