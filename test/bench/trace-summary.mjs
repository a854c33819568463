// What a trace of Chromium says of the thread that did most: its milliseconds by kind of work, and by function of the scripts.
import { readFile } from "node:fs/promises";

const shown = 8;
/** What tracing itself takes when it begins. */
const beginning = /^CpuProfiler|^V8\.InvokeApiInterruptCallbacks$/;

const largest = (sums) =>
  [...sums]
    .sort((a, b) => b[1] - a[1])
    .slice(0, shown)
    .map(([name, microseconds]) => `${name} ${(microseconds / 1000).toFixed(1)}`)
    .join(", ");

const add = (sums, name, value) => sums.set(name, (sums.get(name) ?? 0) + value);

/** Microseconds by kind of work, without those of work within it. */
function ownTimes(events) {
  const sums = new Map();
  const open = [];
  const close = (event) => add(sums, event.name, event.dur - event.within);
  for (const event of events.sort((a, b) => a.ts - b.ts || b.dur - a.dur)) {
    while (open.length > 0 && open.at(-1).ts + open.at(-1).dur <= event.ts) close(open.pop());
    if (open.length > 0) open.at(-1).within += event.dur;
    open.push(Object.assign(event, { within: 0 }));
  }
  for (const event of open) close(event);
  for (const name of [...sums.keys()].filter((one) => beginning.test(one))) sums.delete(name);
  return sums;
}

/** Microseconds by function, of the profiler's samples in a process. */
function functionTimes(events) {
  const nodes = new Map();
  const sums = new Map();
  for (const { args } of events) {
    const { cpuProfile, timeDeltas = [] } = args.data ?? {};
    for (const node of cpuProfile?.nodes ?? []) nodes.set(node.id, node.callFrame);
    for (const [index, id] of (cpuProfile?.samples ?? []).entries()) {
      const { functionName, url = "", lineNumber = 0 } = nodes.get(id) ?? { functionName: "?" };
      const file = url.split("/").at(-1).split("?")[0];
      if (functionName !== "(idle)")
        add(
          sums,
          file === "" ? functionName : `${functionName || "(anonymous)"} ${file}:${lineNumber + 1}`,
          timeDeltas[index] ?? 0,
        );
    }
  }
  return sums;
}

/** Two lines for people. `file`: as tracing wrote it. */
export async function traceSummary(file) {
  const { traceEvents } = JSON.parse(await readFile(file, "utf8"));
  const main = new Set(
    traceEvents
      .filter(({ ph, name, args }) => ph === "M" && name === "thread_name" && args.name === "CrRendererMain")
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const byThread = Map.groupBy(
    traceEvents.filter(({ ph, pid, tid }) => ph === "X" && main.has(`${pid} ${tid}`)),
    ({ pid, tid }) => `${pid} ${tid}`,
  );
  const sumOf = (sums) => [...sums.values()].reduce((total, one) => total + one, 0);
  const [busiest] = [...byThread]
    .map(([thread, events]) => ({ thread, times: ownTimes(events) }))
    .sort((a, b) => sumOf(b.times) - sumOf(a.times));
  if (busiest === undefined) return "nothing was traced";
  const profiles = new Set(
    traceEvents
      .filter(({ name, pid, tid }) => name === "Profile" && `${pid} ${tid}` === busiest.thread)
      .map(({ pid, id }) => `${pid} ${id}`),
  );
  const samples = traceEvents.filter(({ name, pid, id }) => name === "ProfileChunk" && profiles.has(`${pid} ${id}`));
  return [
    `milliseconds of the main thread: ${(sumOf(busiest.times) / 1000).toFixed(0)}; ${largest(busiest.times)}`,
    `by function: ${largest(functionTimes(samples))}`,
  ].join("\n  ");
}
