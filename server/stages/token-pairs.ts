import type { TokenSequence } from "../models/packing";
import type { Policy } from "../models/policy";
import { askedOf } from "../protocol/conversation";
import type { PreferencePair } from "./pairs";
import { tokenize } from "./sft";

/** A prompt with both completions, as token ids. */
export interface TokenPair {
  readonly chosen: TokenSequence;
  readonly rejected: TokenSequence;
}

export function tokenizePairs(policy: Policy, pairs: readonly PreferencePair[]): TokenPair[] {
  const side = (which: "chosen" | "rejected"): TokenSequence[] =>
    tokenize(
      policy,
      pairs.map((pair) => ({ ...askedOf(pair), completion: pair[which] })),
    );
  const [chosen, rejected] = [side("chosen"), side("rejected")];
  return chosen.map((sequence, index) => ({ chosen: sequence, rejected: rejected[index]! }));
}
