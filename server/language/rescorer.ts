/**
 * Re-scorings of this window: each in a process of its own, which the next of its kind ends, with what came of them for pages and lenses. They are known until
 * the window is closed or reloaded.
 */
import type { ParamsOf } from "../protocol/trace-questions";
import type { Rescoring } from "../protocol/rescore";
import type { Installation } from "../processes/installation";
import { openTraceAsker, type TraceAsker } from "./ask-traces";

/** `asked`: of as many steps as somebody wanted. `saved`: of the newest step, after a reward was saved. */
export type RescoringKind = "asked" | "saved";

export interface Rescorer {
  /** Ends what runs of this kind. Throws an Error for people where nothing comes of it; null: another one took its place, or `signal` ended it. */
  run(kind: RescoringKind, params: ParamsOf<"rescore">, signal?: AbortSignal): Promise<Rescoring | null>;
  /** What is known of a run, the newest first. */
  of(folder: string): readonly Rescoring[];
  /** What came of the newest step of this file's run last. */
  saved(file: string): Rescoring | null;
  /** The file was saved again: what is known of it is of another text. */
  forget(file: string): void;
  close(): void;
}

/** Seconds that one may take. */
const longest = 1800;
/** Runs whose re-scorings are kept. */
const keptRuns = 4;

export function openRescorer(installation: Installation, log: (text: string) => void): Rescorer {
  const running = new Map<RescoringKind, TraceAsker>();
  const known = new Map<string, ReadonlyMap<RescoringKind, Rescoring>>();
  const bySaved = new Map<string, Rescoring>();
  const keep = (kind: RescoringKind, found: Rescoring): void => {
    const before = known.get(found.folder) ?? new Map<RescoringKind, Rescoring>();
    known.delete(found.folder);
    known.set(found.folder, new Map([...before, [kind, found]]));
    for (const old of [...known.keys()].slice(0, -keptRuns)) known.delete(old);
  };
  const end = (kind: RescoringKind): void => {
    running.get(kind)?.close();
    running.delete(kind);
  };
  return {
    async run(kind, params, signal) {
      end(kind);
      const own = openTraceAsker(installation, { seconds: longest, log });
      running.set(kind, own);
      const ended = (): boolean => running.get(kind) !== own;
      const stop = (): void => {
        if (!ended()) end(kind);
      };
      signal?.addEventListener("abort", stop);
      try {
        const found = await own.ask("rescore", params);
        if (ended()) return null;
        keep(kind, found);
        if (kind === "saved" && params.reward !== null) bySaved.set(params.reward.file, found);
        return found;
      } catch (error) {
        if (ended()) return null;
        throw error;
      } finally {
        signal?.removeEventListener("abort", stop);
        if (!ended()) end(kind);
      }
    },
    of: (folder) => [...(known.get(folder)?.values() ?? [])].toSorted((a, b) => b.time - a.time),
    saved: (file) => bySaved.get(file) ?? null,
    forget: (file) => void bySaved.delete(file),
    close: () => (["asked", "saved"] as const).forEach(end),
  };
}
