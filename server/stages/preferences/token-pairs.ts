/** Preference pairs as token ids, those that fit. */
import type { TokenSequence } from "../../models/packing";
import type { Policy } from "../../models/policy";
import { askedOf } from "../../protocol/conversation";
import type { PairSpec } from "../../recipes/stages";
import type { StageContext } from "../context";
import type { LeftOutRow } from "../../protocol/reports";
import { fitRows, fittedNotes, lengthOf, OverlongRowsError, askedAt, sequenceLimit, type Measured } from "../lengths";
import { namedExamples, type NamedCompletions } from "../non-finite";
import { largestBatch, type StageWork } from "../plan-memory";
import { readPairs, type Pairs, type PreferencePair } from "./pairs";
import { tokenize } from "../training-examples";

/** A prompt with both completions, as token ids. */
export interface TokenPair {
  readonly chosen: TokenSequence;
  readonly rejected: TokenSequence;
  /** Null: none was given. */
  readonly margin: number | null;
}

/** Chosen completions first, then the rejected ones. */
export const sidesOf = (pairs: readonly TokenPair[]): TokenSequence[] => [
  ...pairs.map(({ chosen }) => chosen),
  ...pairs.map(({ rejected }) => rejected),
];

/** {@link sidesOf} pairs, as a message names them. */
export const namedSides = (policy: Policy, pairs: readonly TokenPair[]): NamedCompletions =>
  namedExamples(policy, sidesOf(pairs), (index) =>
    index < pairs.length ? "the chosen completion of " : "the rejected completion of ",
  );

/** Tokens of both sides. */
export const tokensOfPair = ({ chosen, rejected }: TokenPair): number => lengthOf(chosen) + lengthOf(rejected);

export function tokenizePairs(policy: Policy, pairs: readonly PreferencePair[]): TokenPair[] {
  const side = (which: "chosen" | "rejected"): TokenSequence[] =>
    tokenize(
      policy,
      pairs.map((pair) => ({ ...askedOf(pair), completion: pair[which], turn: pair.turns?.[which] })),
    );
  const [chosen, rejected] = [side("chosen"), side("rejected")];
  return chosen.map((sequence, index) => ({
    chosen: sequence,
    rejected: rejected[index]!,
    margin: pairs[index]!.margin ?? null,
  }));
}

export interface TokenPairs extends Pick<Pairs, "labelled" | "problems" | "leftOut"> {
  readonly training: readonly TokenPair[];
  readonly heldOut: readonly TokenPair[];
  /** Sentences on pairs that were left out or cut. */
  readonly notes: readonly string[];
}

/** What the memory of a stage that learns from these pairs is planned by. */
export const workOfPairs = (
  stage: PairSpec,
  policy: Policy,
  { training }: Pick<TokenPairs, "training">,
): StageWork => ({
  policy,
  trained: 1,
  asked: 0,
  batch: largestBatch(training.map(tokensOfPair), stage),
  sampling: null,
});

export const pairsWork = (context: StageContext, stage: PairSpec, policy: Policy): StageWork =>
  workOfPairs(stage, policy, readTokenPairs(context, stage, policy));

const sameTokens = (a: TokenSequence, b: TokenSequence): boolean =>
  a.completion.length === b.completion.length && Array.from(a.completion).every((id, at) => id === b.completion[at]);

/** Which pairs say nothing: what told them apart was cut off, or is nothing to the tokenizer. */
const sameNotes = (same: readonly Measured[], all: number, what: string): string[] =>
  same.length === 0
    ? []
    : [
        `${same.length} of ${all} ${what} left out: chosen and rejected are the same tokens as the model reads them, so that they prefer nothing (the first: ${askedAt(same[0]!.asked)}).`,
      ];

/** The pairs of a stage. Throws as `readPairs` does, and an OverlongRowsError where one is too long and the stage refuses such pairs. */
export function readTokenPairs(context: StageContext, stage: PairSpec, policy: Policy): TokenPairs {
  const pairs = readPairs(context, stage);
  const limit = sequenceLimit(policy.config, stage);
  const fit = (of: readonly PreferencePair[], what: string) => {
    const rows = tokenizePairs(policy, of).map(({ chosen, rejected }, index) => ({
      asked: of[index]!,
      sides: [chosen, rejected],
    }));
    const fitted = fitRows(rows, stage, limit, what);
    const same = fitted.kept.filter(({ sides: [chosen, rejected] }) => sameTokens(chosen!, rejected!));
    const kept = fitted.kept.filter((row) => !same.includes(row));
    return {
      identical: same.length,
      same: same.flatMap(({ asked: { prompt, place } }): LeftOutRow[] =>
        place ? [{ ...place, prompt, reason: "identical" }] : [],
      ),
      pairs: kept.map(({ sides, asked }): TokenPair => ({
        chosen: sides[0]!,
        rejected: sides[1]!,
        margin: asked.margin ?? null,
      })),
      labelled: kept.filter(({ asked }) => asked.place).length,
      notes: [...fittedNotes(fitted, limit, what), ...sameNotes(same, fitted.kept.length, what)],
    };
  };
  const [training, heldOut] = [fit(pairs.training, "pairs"), fit(pairs.heldOut, "held-out pairs")];
  if (training.pairs.length === 0 && training.identical > 0)
    throw new OverlongRowsError(`Stage ${stage.name} has no pairs to learn from: ${training.notes.join(" ")}`);
  if (training.pairs.length === 0)
    throw new OverlongRowsError(
      `All ${pairs.training.length} pairs of stage ${stage.name} are longer than ${limit.text}: there is nothing to learn from.`,
    );
  return {
    training: training.pairs,
    heldOut: heldOut.pairs,
    problems: pairs.problems,
    leftOut: [...pairs.leftOut, ...training.same, ...heldOut.same],
    labelled: { training: training.labelled, heldOut: heldOut.labelled },
    notes: [...training.notes, ...heldOut.notes],
  };
}
