/**
 * How long the process that reads traces takes over a store: what the traces page asks when it opens, filters, searches, sorts and scrolls. A line of JSON for
 * each work: `{"work": …, "values": [milliseconds, …]}`; a new process for each opening.
 *   node trace-times.cjs DIST RUN ROUNDS
 */
import * as z from "zod";
import { openTraceAsker } from "../../server/language/ask-traces";
import type { GroupSort, TraceFilter } from "../../server/protocol/traces";

const [distFolder, folder, rounds] = z
  .tuple([z.string(), z.string(), z.coerce.number().int().positive()])
  .parse(process.argv.slice(2));

const newest: GroupSort = { by: "newest", descending: true };
const whole: TraceFilter = { stage: null, step: null, purpose: null, group: null, text: "", where: "" };
/** As the page asks at first. */
const page = { offset: 0, limit: 100, milliseconds: 100, count: false } as const;

const open = () => openTraceAsker({ distFolder });
const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work();
  return performance.now() - began;
};
const say = (work: string, values: readonly number[]): void => {
  process.stdout.write(`${JSON.stringify({ work, values })}\n`);
};

/** The first page, and the whole count. */
async function filtered(work: string, change: Partial<TraceFilter>): Promise<void> {
  const [first, all]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const traces = open();
    await traces.ask("steps", { folder });
    const filter = { ...whole, ...change };
    const began = performance.now();
    for (;;) {
      const { groups, done } = await traces.ask("groups", { folder, filter, sort: newest, ...page });
      if (groups.length > 0 || done) break;
    }
    first.push(performance.now() - began);
    for (;;) {
      const asking = { ...page, limit: 1, milliseconds: 120, count: true };
      const { done } = await traces.ask("groups", { folder, filter, sort: newest, ...asking });
      if (done) break;
    }
    all.push(performance.now() - began);
    traces.close();
  }
  say(work, first);
  say(`${work}: all counted`, all);
}

async function main(): Promise<void> {
  const opening: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const traces = open();
    opening.push(
      await timed(async () => {
        const steps = await traces.ask("steps", { folder });
        const { stage, step, purpose } = steps.at(-1)!;
        const filter = { ...whole, stage, step, purpose };
        const { groups } = await traces.ask("groups", { folder, filter, sort: newest, ...page });
        const { group } = groups[0]!;
        await traces.ask("group", { folder, stage, step, purpose, group });
      }),
    );
    traces.close();
  }
  say("open, to the first page and group", opening);
  await filtered("filter of three numbers", {
    where: "reward > 0.05 and correct = 0 and tokens > 40",
  });
  await filtered("a filter that nothing passes", { where: "reward > 5" });
  await filtered("high and wrong", { where: "high and wrong" });
  await filtered("error", { where: "error" });
  await filtered("one reward by name, rare", { where: "rewards.form > 0.95 and tokens < 33" });
  await filtered("flat", { where: "flat" });
  await filtered("search, frequent", { text: "check again" });
  await filtered("search, rare", { text: "wait wait wait wait wait" });
  await filtered("search, a number", { text: "4217" });
  await filtered("search, regular expression, frequent", { text: "/wait \\w+ wait/i" });
  await filtered("search, regular expression, rare", { text: "/(wait ){6}/" });

  const traces = open();
  await traces.ask("steps", { folder });
  const scrolled: number[] = [];
  let total = 0;
  const began = performance.now();
  for (;;) {
    const { done, total: found } = await traces.ask("groups", {
      folder,
      filter: whole,
      sort: newest,
      ...page,
      count: true,
    });
    total = found;
    if (done) break;
  }
  say("count all groups", [performance.now() - began]);
  for (let round = 0; round < 20; round++) {
    const offset = Math.floor((total * (round * 7)) / 140);
    scrolled.push(await timed(() => traces.ask("groups", { folder, filter: whole, sort: newest, ...page, offset })));
  }
  say("a page anywhere in the list", scrolled);
  for (const by of ["reward", "spread", "right", "tokens"] as const) {
    const start = performance.now();
    for (;;) {
      const { done } = await traces.ask("groups", { folder, filter: whole, sort: { by, descending: true }, ...page });
      if (done) break;
    }
    say(`sort by ${by}`, [performance.now() - start]);
  }
  const timeline = performance.now();
  const { stage, purpose } = (await traces.ask("steps", { folder })).at(-1)!;
  for (;;) {
    const { done } = await traces.ask("timeline", { folder, filter: { ...whole, stage, purpose }, parts: 240 });
    if (done) break;
  }
  say("timeline", [performance.now() - timeline]);
  traces.close();
}

void main();
