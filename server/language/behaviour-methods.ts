/** The `lab/behaviours/…` methods: what rollouts of a run do. What was found is kept for the runs that are looked at. */
import * as z from "zod";
import { defaultWordLists, type WordLists } from "../behaviours/detect";
import type { BehaviourScan } from "../evaluation/behaviour-scan";
import { openBehaviours } from "../evaluation/open-behaviours";
import {
  behaviourExamples,
  exampleFilterSchema,
  readBehaviours,
  type BehaviourExamplesResult,
  type ReadBehavioursResult,
} from "../protocol/behaviours";
import { openTraces, type TraceReader } from "../runs/trace-reader";
import { folderOf, type Workspace } from "./request-guards";

export interface BehaviourState extends Workspace {
  /** Setting `reasoningLab.reflectionWords`. */
  readonly reflectionWords: () => Promise<readonly string[]>;
}

type Handler = (params: unknown) => unknown;
type Read<T> = (traces: TraceReader, scan: BehaviourScan, reflectionWords: readonly string[]) => T;

/** Milliseconds that one call looks at rollouts: the editor's other requests wait no longer. */
const slice = 120;

/** Runs whose findings are kept. */
const keptRuns = 4;

/** Examples of an answer. */
const shownExamples = 30;

const run = z.object({ folder: z.string() });

/** Handlers by method name. */
export function behaviourMethods(state: BehaviourState): Readonly<Record<string, Handler>> {
  /** The run that was asked for last stands last. */
  const scans = new Map<string, BehaviourScan>();
  const scanOf = (folder: string, lists: WordLists): BehaviourScan => {
    const key = JSON.stringify([folder, lists.reflection]);
    const scan = scans.get(key) ?? openBehaviours(folder, lists);
    scans.delete(key);
    scans.set(key, scan);
    for (const old of [...scans.keys()].slice(0, -keptRuns)) scans.delete(old);
    return scan;
  };
  const reading = async <T>(folder: string, read: Read<T>): Promise<T> => {
    folderOf(state, folder);
    const lists = { ...defaultWordLists, reflection: await state.reflectionWords() };
    const traces = openTraces(folder);
    try {
      return read(traces, scanOf(folder, lists), lists.reflection);
    } finally {
      traces.close();
    }
  };

  return {
    [readBehaviours]: (params) => {
      const { folder, since } = run.extend({ since: z.int().nonnegative() }).parse(params);
      return reading(folder, (traces, scan, reflectionWords): ReadBehavioursResult => {
        const pending = scan.look(traces, slice);
        return {
          ...{ version: scan.version(), ...scan.since(since), pending, reflectionWords },
          // Of a part they would say nothing yet.
          comparisons: pending === 0 ? scan.comparisons() : [],
        };
      });
    },
    [behaviourExamples]: (params) => {
      const { folder, ...filter } = run.extend(exampleFilterSchema.shape).parse(params);
      return reading(folder, (traces, scan): BehaviourExamplesResult => scan.examples(traces, filter, shownExamples));
    },
  };
}
