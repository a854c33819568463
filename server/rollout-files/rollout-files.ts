/**
 * Opens files of rollouts: says what they are, and reads them once into a store in a folder of ours, a slice at a time. A store is used again as long as the
 * files are what they were, and the same columns are asked for.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import * as z from "zod";
import { readText, sizeLimits, statsOf } from "../files/workspace-file";
import {
  rolloutFileSchema,
  type ColumnMapping,
  type RolloutFile,
  type RolloutFileRequest,
} from "../protocol/rollout-files";
import { parseBoundedJson } from "../shared/bounded-json";
import { plural } from "../shared/plural";
import { UserError } from "../shared/user-error";
import { detect, seriesFiles, type DetectedFile } from "./detect";
import { openFileIndex, type FileIndex } from "./file-index";
import { inspectRollout, openInspect } from "./read-inspect";
import { primeRollouts } from "./read-prime";
import { tableRollouts } from "./read-table";
import { omissions, type ForeignRollout, type Omissions, type Progress } from "./rollout-row";

/** Another one when stores are made otherwise. */
const version = 2;

/** Milliseconds that one question reads. */
const slice = 300;

/** Stores that are kept, and their bytes: the ones that were used last. */
const mostStores = 30;
const mostBytes = 8 * 2 ** 30;

/** Rollouts of one file. */
const mostRollouts = 5_000_000;

/** Says of a store that it is whole, and what it was made of. */
const aboutFile = "about.json";

type Ready = Extract<RolloutFile, { state: "ready" }>;
const readySchema = z.custom<Ready>((value) => {
  const parsed = rolloutFileSchema.safeParse(value);
  return parsed.success && parsed.data.state === "ready";
});

export interface OpenedFile {
  readonly file: RolloutFile;
  /** Folder of the store; null until it is whole. */
  readonly store: string | null;
}

interface Job {
  /** Undefined: there are no more; null: what stood there is no rollout. */
  readonly next: () => Promise<ForeignRollout | null | undefined>;
  readonly index: FileIndex;
  readonly folder: string;
  readonly omitted: Omissions;
  readonly share: () => number | null;
  readonly head: Omit<Ready, "state" | "rollouts" | "notes">;
  readonly end: () => void;
}

const stampOf = (path: string): string => {
  const stats = statsOf(path);
  return stats === null ? "none" : `${stats.mtimeMs} ${stats.size} ${stats.ino}`;
};

/** `storage`: a folder of this product's own. One question after the other; each goes on where the last one stopped. */
export function rolloutFiles(storage: string): (request: RolloutFileRequest) => Promise<OpenedFile> {
  const stores = join(storage, "rollout-files");
  const jobs = new Map<string, Job>();
  /** What a file is, by its stamp: it is asked for again and again while it is read. */
  const detected = new Map<string, DetectedFile>();

  const detectOnce = (file: string): DetectedFile => {
    const key = `${file} ${stampOf(file)}`;
    const known = detected.get(key) ?? detect(file);
    if (detected.size > 100) detected.clear();
    detected.set(key, known);
    return known;
  };

  return async ({ file, mapping: given, whole, look }) => {
    if (statsOf(file) === null) throw new UserError(`There is no file ${file}.`);
    const found = detectOnce(file);
    const table = found.kind === "table" ? found : null;
    const mapping = table === null ? null : (given ?? table.mapping);
    const all = found.kind === "inspect" ? [file] : seriesFiles(file);
    const head = {
      tool: found.tool,
      shape: table?.shape ?? null,
      columns: [...(table?.columns ?? [])],
      mapping,
      series: Math.max(1, all.length),
    };
    if (table !== null && mapping === null) return { file: { ...head, state: "unmapped" }, store: null };
    if (look) return { file: { ...head, state: "reading", share: null, rollouts: 0 }, store: null };
    const files = whole && all.length > 0 ? all : [file];
    const key = createHash("sha256")
      .update(JSON.stringify([version, files.map((path) => [path, stampOf(path)]), mapping]))
      .digest("hex")
      .slice(0, 32);
    const folder = join(stores, key);
    const known = wholeStore(folder);
    if (known !== null) return { file: { ...known, ...head }, store: folder };
    let job = jobs.get(key);
    if (job === undefined) {
      job = await startJob(stores, key, files, found, mapping, { ...head, became: becameOf(found, mapping, files) });
      jobs.set(key, job);
    }
    try {
      const ready = await goOn(job);
      if (ready === null)
        return { file: { ...head, state: "reading", share: job.share(), rollouts: job.index.count() }, store: null };
      jobs.delete(key);
      finish(job, folder, ready);
      keepNewest(stores, folder);
      return { file: ready, store: folder };
    } catch (error) {
      jobs.delete(key);
      giveUp(job);
      throw error;
    }
  };
}

function wholeStore(folder: string): Ready | null {
  const about = join(folder, aboutFile);
  if (!existsSync(about)) return null;
  const parsed = readySchema.safeParse(parseBoundedJson(readText(about, sizeLimits.report)));
  if (!parsed.success) return null;
  const now = new Date();
  utimesSync(about, now, now);
  return parsed.data;
}

async function startJob(
  stores: string,
  key: string,
  files: readonly string[],
  found: DetectedFile,
  mapping: ColumnMapping | null,
  head: Job["head"],
): Promise<Job> {
  const omitted = omissions();
  const progress: Progress = { characters: 0 };
  const folder = join(stores, `${key}.${process.pid}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  if (found.kind === "inspect") {
    const source = await openInspect(files[0]!, omitted);
    let share = 0;
    if (source.status !== null && source.status !== "success")
      omitted.add(`The evaluation ended with "${source.status}"`, basename(files[0]!));
    const rollouts = (async function* () {
      for await (const sample of source.samples) {
        ({ share } = sample);
        yield inspectRollout(sample, source, omitted);
      }
    })();
    return {
      next: async () => taken(await rollouts.next()),
      index: openFileIndex(folder),
      folder,
      omitted,
      share: () => share,
      head,
      end: () => source.close(),
    };
  }
  const size = files.reduce((sum, path) => sum + (statsOf(path)?.size ?? 0), 0);
  const isText = files.every((path) => /\.(?:jsonl|ndjson|json)$/i.test(path));
  let read = 0;
  const rollouts = (function* () {
    for (const path of files) {
      const stage = found.kind === "table" ? stageOf(found, path) : "";
      yield* found.kind === "prime"
        ? primeRollouts(path, omitted, progress)
        : tableRollouts(path, { mapping: mapping!, omitted, stage, progress });
      read++;
    }
  })();
  return {
    next: () => Promise.resolve(taken(rollouts.next())),
    index: openFileIndex(folder),
    folder,
    omitted,
    share: () =>
      isText ? Math.min(1, progress.characters / Math.max(1, size)) : files.length > 1 ? read / files.length : null,
    head,
    end: () => void rollouts.return(undefined),
  };
}

const taken = <T>(result: IteratorResult<T, void>): T | undefined => (result.done === true ? undefined : result.value);

/** All files of a series are one stage. */
const stageOf = ({ tool }: DetectedFile, path: string): string =>
  tool.includes("TRL") ? "TRL" : tool.includes("verl") ? "verl" : basename(path).replace(/\.[^.]*$/, "");

/** Reads on for a while; null: there is more. */
async function goOn({ next, index, omitted, head }: Job): Promise<Ready | null> {
  const until = performance.now() + slice;
  while (performance.now() < until) {
    const value = await next();
    if (value === undefined) return { ...head, state: "ready", rollouts: index.count(), notes: omitted.sentences() };
    if (value !== null && index.count() < mostRollouts) index.add(value);
    else if (value !== null)
      omitted.add(`Rollouts left out, for ${mostRollouts.toLocaleString("en-US")} are read`, "the end");
  }
  return null;
}

function finish({ index, folder, end }: Job, target: string, ready: Ready): void {
  index.close();
  end();
  if (ready.rollouts === 0) {
    rmSync(folder, { recursive: true, force: true });
    throw new UserError(`No rollouts could be read. ${ready.notes.join(" ")}`.trim());
  }
  writeFileSync(join(folder, aboutFile), JSON.stringify(ready));
  try {
    renameSync(folder, target);
  } catch (error) {
    // Another window has made the same.
    if (wholeStore(target) === null) throw error;
    rmSync(folder, { recursive: true, force: true });
  }
}

function giveUp({ index, folder, end }: Job): void {
  for (const work of [() => index.close(), end, () => rmSync(folder, { recursive: true, force: true })])
    try {
      work();
    } catch {
      // What is wrong has been said.
    }
}

/** A store that was begun and not looked at for so long, in milliseconds, was given up with its process. */
const begun = 24 * 3600_000;

function keepNewest(stores: string, current: string): void {
  const found = readdirSync(stores)
    .map((name) => join(stores, name))
    .map((path) => {
      const about = statsOf(join(path, aboutFile));
      const bytes = statsOf(join(path, "traces.sqlite"))?.size ?? 0;
      return { path, bytes, whole: about !== null, used: about?.mtimeMs ?? statSync(path).mtimeMs };
    })
    .sort((a, b) => b.used - a.used);
  let bytes = 0;
  for (const [at, store] of found.entries()) {
    bytes += store.bytes;
    const old = store.whole ? at >= mostStores || bytes > mostBytes : Date.now() - store.used > begun;
    if (old && store.path !== current)
      try {
        rmSync(store.path, { recursive: true, force: true });
      } catch {
        // Somebody reads it: another time.
      }
  }
}

function becameOf(found: DetectedFile, mapping: ColumnMapping | null, files: readonly string[]): string[] {
  if (found.kind === "inspect")
    return [
      "A sample is a rollout; the epochs of a sample are a group.",
      "Prompt: the messages before the model's first; completion: those from there on.",
      "Rewards: one a scorer (C 1, I and N 0, P 0.5). The total is that of the only scorer; of several there is none. Verdict: of the first scorer that says right or wrong.",
      "Gold answer: target. Tokens: what the evaluated model put out.",
    ];
  if (found.kind === "prime" || mapping === null)
    return [
      "A trace of an agent is a rollout; the agent is its stage.",
      "Prompt: the messages before the first that was sampled; completion: those from there on.",
      "Total reward: the sum of score × weight. Gold answer: answer in the task's data.",
      "Log-probabilities of tokens are not read: the file has no texts of tokens.",
    ];
  const columns = (names: readonly string[]): string => names.join(", ");
  const from = (what: string, column: string | null): string[] => (column === null ? [] : [`${what}: ${column}.`]);
  return [
    `Prompt: ${mapping.prompt}. Completion: ${mapping.completion}.`,
    ...from("Gold answer", mapping.answer),
    ...from("Verdict", mapping.correct),
    ...(mapping.rewards.length > 0
      ? [`${plural(mapping.rewards.length, "reward")} by name: ${columns(mapping.rewards)}.`]
      : []),
    mapping.reward !== null
      ? `Total reward: ${mapping.reward}.`
      : mapping.rewards.length > 1
        ? "Total reward: the sum of these with weights of 1. If your run had other weights, it is not what was trained on."
        : mapping.rewards.length === 1
          ? `Total reward: ${mapping.rewards[0]!}.`
          : "No reward: no column was chosen.",
    ...from("Advantage", mapping.advantage),
    mapping.group === null
      ? "A group: rows of a step with the same prompt."
      : `A group: rows of a step with the same ${mapping.group}.`,
    mapping.step === null
      ? files.length > 1 || /\d/.test(basename(files[0]!))
        ? "Step: the number in the name of the file."
        : "No step: all rows are at step 0."
      : `Step: ${mapping.step}.`,
    ...from("Tokens", mapping.tokens),
  ];
}
