/**
 * Behaviours of a whole run, looked for in its recorded rollouts a step at a time: what was found is kept, and only steps whose rollouts were
 * added or replaced are looked at again.
 */
import { behaviours, type WordLists } from "./detect";
import {
  measures,
  type BehaviourExample,
  type BehaviourPoint,
  type Comparison,
  type ExampleFilter,
  type ExampleKind,
  type Measure,
} from "../protocol/behaviours";
import { begunAtStart } from "../models/begun";
import type { TraceReader } from "../runs/trace-reader";
import type { RolloutText, StepKey, StepPrint } from "../runs/trace-scan";
import { compareSteps } from "./compare-steps";
import type { RolloutLabels } from "./label-rollouts";
import { addSums, lookedAt, noSums, observe, sumPlace, type Observation } from "./observe-behaviours";
import type { Place, StepBehaviours } from "./step-behaviours";

export interface BehaviourScan {
  /** Looks at steps that are new, for about so many milliseconds. Returns how many rollouts are left. */
  look(traces: TraceReader, milliseconds: number): number;
  /** Grows with every step that is looked at. */
  readonly version: () => number;
  /** Points found after a version; all of them when points are gone since. */
  since(version: number): { readonly whole: boolean; readonly points: readonly BehaviourPoint[] };
  comparisons(): readonly Comparison[];
  /** Newest step first, at most `limit`. */
  examples(traces: TraceReader, filter: ExampleFilter, limit: number): BehaviourExample[];
}

/** Places of each kind that are kept of a step. */
const keptPlaces = 6;

/** Characters around a place that an example shows. */
const context = 60;
const longestPlace = 160;

const keyText = ({ stage, step, purpose }: StepKey): string => `${purpose} ${stage} ${step}`;

/** `lists`: words that are looked for. */
export function behaviourScan(labels: RolloutLabels, lists: WordLists): BehaviourScan {
  let steps = new Map<string, StepBehaviours & { readonly version: number }>();
  let version = 0;
  /** Version at which steps vanished: an older answer holds points that are gone. */
  let gone = 0;
  let words: ReadonlyMap<number, string> = new Map();
  let compared: { readonly version: number; readonly comparisons: readonly Comparison[] } | null = null;

  const lookAt = (traces: TraceReader, entry: StepPrint): StepBehaviours => {
    const rollouts = traces.rollouts(entry);
    if (rollouts.some(({ tokens }) => tokens.some((id) => !words.has(id)))) words = traces.vocabulary();
    return stepBehaviours(
      entry,
      rollouts.map((rollout) => ({
        rollout,
        observation: observe(
          {
            completion: rollout.completion,
            correct: labels.correct(rollout),
            thinkingTokens: thinkingTokens(rollout, words),
            labelSteps: labels.steps(rollout),
          },
          lists,
        ),
        correct: labels.correct(rollout),
      })),
    );
  };

  return {
    look(traces, milliseconds) {
      const prints = traces.prints();
      const present = new Map(prints.map((entry) => [keyText(entry), entry]));
      if ([...steps.keys()].some((key) => !present.has(key))) {
        gone = ++version;
        compared = null;
      }
      // In order of the run, so that stages and steps come in theirs.
      steps = new Map(
        [...present.keys()].flatMap((key) => {
          const known = steps.get(key);
          return known ? [[key, known] as const] : [];
        }),
      );
      const missing = [...present].filter(([key, { print }]) => steps.get(key)?.print !== print);
      const until = performance.now() + milliseconds;
      let left = missing.length;
      for (const [key, entry] of missing) {
        // One step at least: else a slow machine would never get on.
        if (left < missing.length && performance.now() >= until) break;
        steps.set(key, { ...lookAt(traces, entry), version: ++version });
        left--;
      }
      return missing.slice(missing.length - left).reduce((sum, [, { rollouts }]) => sum + rollouts, 0);
    },
    version: () => version,
    since(from) {
      const whole = from < gone || from > version || from === 0;
      const points = [...steps.values()].filter((step) => whole || step.version > from).map(({ point }) => point);
      return { whole, points };
    },
    comparisons() {
      if (compared?.version !== version) compared = { version, comparisons: compareSteps([...steps.values()]) };
      return compared.comparisons;
    },
    examples(traces, { kind, purpose, stage, step }, limit) {
      const chosen = [...steps.values()]
        .filter(
          ({ key }) =>
            key.purpose === purpose && (stage === null || key.stage === stage) && (step === null || key.step === step),
        )
        .reverse();
      const examples: BehaviourExample[] = [];
      for (const { key, places } of chosen) {
        if (examples.length >= limit) break;
        if (places[kind].length === 0) continue;
        const rollouts = new Map(traces.rollouts(key).map((one) => [`${one.group} ${one.sample}`, one]));
        for (const place of places[kind]) {
          const rollout = rollouts.get(`${place.group} ${place.sample}`);
          if (rollout && examples.length < limit) examples.push(exampleOf(key, place, rollout));
        }
      }
      return examples;
    },
  };
}

interface Looked {
  readonly rollout: RolloutText;
  readonly observation: Observation;
  readonly correct: boolean | null;
}

function stepBehaviours({ stage, step, purpose, print }: StepPrint, looked: readonly Looked[]): StepBehaviours {
  const groups = new Map<number, Float64Array>();
  const total = noSums();
  const places: Record<ExampleKind, Place[]> = {
    "self-correction": [],
    reflection: [],
    backtracking: [],
    alternative: [],
    "answer-change": [],
    aha: [],
    "flags-wrong": [],
    "flags-right": [],
  };
  let aha = 0;
  for (const { rollout, observation, correct } of looked) {
    const { group, sample } = rollout;
    const sums = groups.get(group) ?? noSums();
    addSums(sums, observation.sums);
    addSums(total, observation.sums);
    groups.set(group, sums);
    const keep = (kind: ExampleKind, spot: { readonly start: number; readonly end: number } | undefined): void => {
      // One of a group: samples of a prompt are alike.
      if (spot && places[kind].length < keptPlaces && places[kind].at(-1)?.group !== group)
        places[kind].push({ group, sample, start: spot.start, end: spot.end, correct });
    };
    for (const behaviour of behaviours) keep(behaviour, observation.found[behaviour][0]);
    if (correct && observation.found["self-correction"].length > 0) {
      aha++;
      keep("aha", observation.found["self-correction"][0]);
    }
    keep(
      "flags-wrong",
      observation.flags.find((flag) => !flag.correct),
    );
    keep(
      "flags-right",
      observation.flags.find((flag) => flag.correct),
    );
  }
  return {
    key: { stage, step, purpose },
    print,
    groups: [...groups.values()],
    places,
    point: { stage, step, purpose, rollouts: looked.length, aha, counts: countsOf(total) },
  };
}

const countsOf = (sums: Float64Array): BehaviourPoint["counts"] =>
  Object.fromEntries(
    measures.map((measure): [Measure, [number, number]] => {
      const at = sumPlace[measure];
      return [measure, [sums[at]!, sums[at + 1]!]];
    }),
  ) as Record<Measure, [number, number]>;

/** Tokens that begin within the thinking. */
function thinkingTokens({ completion, tokens }: RolloutText, words: ReadonlyMap<number, string>): number {
  const { text, start } = lookedAt(completion);
  const end = start + text.length;
  // What the prompt began of the completion is text of it, but none of its tokens.
  let at = completion.length - textLength(tokens, completion, words);
  let count = 0;
  for (const id of tokens) {
    if (at >= end) break;
    if (at >= start) count++;
    at += words.get(id)?.length ?? 0;
  }
  return count;
}

/** Characters of a completion that its own tokens make: all, or those behind an opening tag that the prompt ends with. */
function textLength(tokens: Int32Array, completion: string, words: ReadonlyMap<number, string>): number {
  const written = Array.from(tokens.subarray(0, 8), (id) => words.get(id) ?? "").join("");
  const begun = begunAtStart(completion);
  const behind = completion.slice(begun.length);
  const isBehind = !completion.startsWith(written) && (behind.startsWith(written) || written.startsWith(behind));
  return isBehind ? behind.length : completion.length;
}

function exampleOf(key: StepKey, place: Place, { prompt, completion }: RolloutText): BehaviourExample {
  const { start, end, group, sample, correct } = place;
  const shown = Math.min(end, start + longestPlace);
  const cut = (text: string, whole: boolean, side: "before" | "after"): string =>
    whole ? text : side === "before" ? `…${text}` : `${text}…`;
  return {
    ...key,
    group,
    sample,
    correct,
    prompt,
    before: cut(completion.slice(Math.max(0, start - context), start), start <= context, "before"),
    at: cut(completion.slice(start, shown), shown === end, "after"),
    after: cut(completion.slice(end, end + context), end + context >= completion.length, "after"),
  };
}
