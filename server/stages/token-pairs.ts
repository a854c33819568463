/** Preference pairs as token ids, those that fit. */
import type { TokenSequence } from "../models/packing";
import type { Policy } from "../models/policy";
import { askedOf } from "../protocol/conversation";
import type { PairSpec } from "../recipes/stages";
import type { StageContext } from "./context";
import { fitRows, fittedNotes, lengthOf, OverlongRowsError, sequenceLimit } from "./lengths";
import { readPairs, type Pairs, type PreferencePair } from "./pairs";
import { tokenize } from "./sft";

/** A prompt with both completions, as token ids. */
export interface TokenPair {
  readonly chosen: TokenSequence;
  readonly rejected: TokenSequence;
  /** Null: none was given. */
  readonly margin: number | null;
}

/** Tokens of both sides. */
export const tokensOfPair = ({ chosen, rejected }: TokenPair): number => lengthOf(chosen) + lengthOf(rejected);

export function tokenizePairs(policy: Policy, pairs: readonly PreferencePair[]): TokenPair[] {
  const side = (which: "chosen" | "rejected"): TokenSequence[] =>
    tokenize(
      policy,
      pairs.map((pair) => ({ ...askedOf(pair), completion: pair[which] })),
    );
  const [chosen, rejected] = [side("chosen"), side("rejected")];
  return chosen.map((sequence, index) => ({
    ...{ chosen: sequence, rejected: rejected[index]! },
    margin: pairs[index]!.margin ?? null,
  }));
}

export interface TokenPairs extends Pick<Pairs, "labelled" | "problems" | "leftOut"> {
  readonly training: readonly TokenPair[];
  readonly heldOut: readonly TokenPair[];
  /** Sentences on pairs that were left out or cut. */
  readonly notes: readonly string[];
}

/** The pairs of a stage. Throws as `readPairs` does, and an OverlongRowsError where one is too long and the stage refuses such pairs. */
export function readTokenPairs(context: StageContext, stage: PairSpec, policy: Policy): TokenPairs {
  const pairs = readPairs(context, stage);
  const limit = sequenceLimit(policy.config, stage);
  const fit = (of: readonly PreferencePair[], what: string) => {
    const rows = tokenizePairs(policy, of).map(({ chosen, rejected }, index) => ({
      ...{ asked: of[index]!, sides: [chosen, rejected] },
    }));
    const fitted = fitRows(rows, stage, limit, what);
    return {
      pairs: fitted.kept.map(({ sides, asked }): TokenPair => ({
        ...{ chosen: sides[0]!, rejected: sides[1]!, margin: asked.margin ?? null },
      })),
      labelled: fitted.kept.filter(({ asked }) => asked.place).length,
      notes: fittedNotes(fitted, limit, what),
    };
  };
  const [training, heldOut] = [fit(pairs.training, "pairs"), fit(pairs.heldOut, "held-out pairs")];
  if (training.pairs.length === 0)
    throw new OverlongRowsError(
      `All ${pairs.training.length} pairs of stage ${stage.name} are longer than ${limit.text}: there is nothing to learn from.`,
    );
  return {
    ...{ training: training.pairs, heldOut: heldOut.pairs, problems: pairs.problems, leftOut: pairs.leftOut },
    labelled: { training: training.labelled, heldOut: heldOut.labelled },
    notes: [...training.notes, ...heldOut.notes],
  };
}
