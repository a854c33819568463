/** Answers to questions on recorded rollouts. What was found of behaviours is kept for the runs that are looked at. */
import { rolloutScores } from "../scoring/rollout-scores";
import { newestRollouts } from "../audit/newest-rollouts";
import { defaultWordLists, type WordLists } from "../behaviours/detect";
import type { BehaviourScan } from "../behaviours/behaviour-scan";
import { openBehaviours } from "../behaviours/open-behaviours";
import { traceQuestions, type AnswerOf, type ParamsOf, type TraceQuestion } from "../protocol/trace-questions";
import { packedTokens } from "../inspection/packed-tokens";
import { promptHistory } from "../inspection/prompt-history";
import { rolloutText } from "../inspection/rollout-text";
import { whatIfAnswers } from "../inspection/what-if";
import type { Installation } from "../processes/installation";
import { tokenNumbers } from "../runs/clean-up";
import { trackerAnswers } from "./tracker-answers";
import { traceMemory, type TraceMemory } from "../runs/trace-memory";
import { openTraces, type TraceReader } from "../runs/trace-reader";
import { newestExample } from "./newest-example";
import { columnsOfRecipes } from "./row-types";
import { labelPairs } from "../labelling/label-pairs";
import { rolloutFiles } from "../rollout-files/rollout-files";
import { storedGroup, storedSamples } from "../scoring/sample-groups";

type Answers = { readonly [Q in TraceQuestion]: (params: ParamsOf<Q>) => AnswerOf<Q> | Promise<AnswerOf<Q>> };

/** Milliseconds that one question looks at rollouts: the page shows how far it is. */
const slice = 250;

/** Runs whose findings are kept. */
const keptRuns = 4;

/** Examples of an answer. */
const shownExamples = 30;

/** Milliseconds of one look for a timeline: the list of groups goes before it. */
const timelineSlice = 120;

function reading<T>(folder: string, read: (traces: TraceReader) => T, memory?: TraceMemory): T {
  const traces = openTraces(folder, memory);
  try {
    return read(traces);
  } finally {
    traces.close();
  }
}

/** Throws an Error for people where there is no answer. */
export function traceAnswers(installation: Installation): (question: TraceQuestion, params: unknown) => unknown {
  /** The run that was asked for last stands last. */
  const scans = new Map<string, BehaviourScan>();
  const scanOf = (folder: string, reflectionWords: readonly string[]): BehaviourScan => {
    const key = JSON.stringify([folder, reflectionWords]);
    const lists: WordLists = { ...defaultWordLists, reflection: reflectionWords };
    const scan = scans.get(key) ?? openBehaviours(folder, lists);
    scans.delete(key);
    scans.set(key, scan);
    for (const old of [...scans.keys()].slice(0, -keptRuns)) scans.delete(old);
    return scan;
  };

  const memories = new Map<string, TraceMemory>();
  /** With what is known of the store from before; of those that were asked for last. */
  const remembering = <T>(folder: string, read: (traces: TraceReader) => T): T => {
    const memory = memories.get(folder) ?? traceMemory(folder);
    memories.delete(folder);
    memories.set(folder, memory);
    for (const old of [...memories.keys()].slice(0, -keptRuns)) memories.delete(old);
    return reading(folder, read, memory);
  };
  const opened = new Map<string, ReturnType<typeof rolloutFiles>>();
  const filesIn = (storage: string): ReturnType<typeof rolloutFiles> => {
    const files = opened.get(storage) ?? rolloutFiles(storage);
    opened.set(storage, files);
    return files;
  };

  const answers: Answers = {
    steps: ({ folder }) => remembering(folder, (traces) => traces.steps()),
    groups: ({ folder, filter, sort, ...page }) => remembering(folder, (traces) => traces.list(filter, sort, page)),
    timeline: ({ folder, filter, parts }) =>
      remembering(folder, (traces) => traces.timeline(filter, parts, timelineSlice)),
    matches: ({ folder, filter, ...key }) => remembering(folder, (traces) => traces.matches(key, filter)),
    rewardNames: ({ folder }) => reading(folder, (traces) => traces.rewardNames()),
    group: ({ folder, ...key }) => reading(folder, (traces) => traces.group(key)),
    scoredGroup: ({ folder, ...key }) => storedGroup(folder, key),
    tokens: packedTokens,
    whatIf: whatIfAnswers(),
    verdictSteps: async ({ programs, nodePath, ...key }) => {
      // What runs programs is loaded where somebody asks for a verdict.
      const [{ verdictSteps }, { programJudge }] = await Promise.all([
        import("../inspection/verdict-steps"),
        import("../inspection/program-judge"),
      ]);
      return verdictSteps(key, programs ? programJudge(installation, nodePath) : null);
    },
    rolloutText: ({ format, ...key }) => ({ text: rolloutText(key, format) }),
    promptHistory,
    promptTokens: async (key) => {
      // Tokenizers are loaded where somebody wants to see ids.
      const inspection = await import("../inspection/prompt-tokens");
      return inspection.promptTokens(key);
    },
    newestRewards: ({ folder, limit }) => reading(folder, (traces) => traces.newestStep(limit)),
    newestExample: ({ folder, length }) => reading(folder, (traces) => newestExample(traces, length)),
    rowColumns: ({ recipes }) => columnsOfRecipes(recipes),
    storedSamples: ({ folder, prompts }) => storedSamples(folder, { prompts }),
    rescore: async ({ folder, ...wanted }) => {
      // What bundles and runs rewards is loaded by the process that does.
      const { rescoreRun } = await import("../scoring/rescore");
      return rescoreRun({
        ...wanted,
        runFolder: folder,
        installation,
        log: (text) => void process.stderr.write(`${text}\n`),
      });
    },
    rolloutScores: ({ folder, limit }) => rolloutScores(folder, limit),
    auditRollouts: ({ folder }) => newestRollouts(folder),
    labelPairs: ({ folder, seed, labelled }) => labelPairs(folder, seed, labelled),
    tokenNumbers: ({ folder, keepSteps }) => tokenNumbers(folder, keepSteps),
    behaviours: ({ folder, reflectionWords, since }) =>
      reading(folder, (traces) => {
        const scan = scanOf(folder, reflectionWords);
        const pending = scan.look(traces, slice);
        const { whole, points } = scan.since(since);
        return {
          version: scan.version(),
          whole,
          points: [...points],
          pending,
          // Of a part they would say nothing yet.
          comparisons: pending === 0 ? [...scan.comparisons()] : [],
        };
      }),
    ...trackerAnswers(),
    rolloutFile: ({ folder, storage, ...rest }) => filesIn(storage)({ file: folder, ...rest }),
    behaviourExamples: ({ folder, reflectionWords, filter }) =>
      reading(folder, (traces) => scanOf(folder, reflectionWords).examples(traces, filter, shownExamples)),
  };
  const answer = <Q extends TraceQuestion>(question: Q, given: unknown): AnswerOf<Q> | Promise<AnswerOf<Q>> =>
    answers[question](traceQuestions[question].params.parse(given));
  return answer;
}
