/** Scores that rewards gave to the steps of a sample, by reward, and laid over its tokens. */
import type { RolloutSummary } from "../../../server/protocol/traces";
import { completionSteps } from "../../../server/shared/steps";
import { tokenText } from "../../shared/strip-rows";
import type { Tokens } from "./tokens";

export interface StepScores {
  readonly reward: string;
  /** `[steps]` of `completionSteps`. */
  readonly scores: readonly number[];
}

/** Of a sample: those that fit its steps, and rewards whose scores are of other steps, of a store where completions were cut otherwise. */
interface SampleSteps {
  readonly given: readonly StepScores[];
  readonly other: readonly string[];
}

const known = new WeakMap<object, SampleSteps>();

/** The same for the same sample: what is drawn again is not cut again. */
export function stepScoresOf({ rewards, completion }: Pick<RolloutSummary, "rewards" | "completion">): SampleSteps {
  const found = known.get(rewards) ?? scoresIn(rewards, completion);
  known.set(rewards, found);
  return found;
}

function scoresIn(rewards: RolloutSummary["rewards"], completion: string): SampleSteps {
  const all = Object.entries(rewards).flatMap(([reward, outcome]): StepScores[] =>
    outcome.kind === "score" && outcome.steps ? [{ reward, scores: outcome.steps }] : [],
  );
  if (all.length === 0) return { given: [], other: [] };
  const { length } = completionSteps(completion);
  const fits = ({ scores }: StepScores): boolean => scores.length === length;
  return { given: all.filter(fits), other: all.filter((one) => !fits(one)).map(({ reward }) => reward) };
}

/** Characters that a prompt may have begun of a completion, and characters that must agree where its tokens begin. */
const mostBegun = 200;
const alike = 64;
/** Characters that tokens of parts of characters may stand for together. */
const mostPieces = 8;

/** `[tokens]` where each begins in the completion, −1 of those behind its end; null: their texts do not spell it. */
export function tokenStarts(tokens: Tokens, completion: string): Int32Array | null {
  let head = "";
  for (let index = 0; index < tokens.count && head.length < alike; index++) head += tokenText(tokens, index);
  let position = 0;
  for (let begun = 0; begun < Math.min(mostBegun, completion.length); begun++) {
    const length = Math.min(alike, completion.length - begun, head.length);
    if (completion.slice(begun, begun + length) !== head.slice(0, length)) continue;
    position = begun;
    break;
  }
  const starts = new Int32Array(tokens.count).fill(-1);
  let pieces = false;
  for (let index = 0; index < tokens.count && position < completion.length; index++) {
    const text = tokenText(tokens, index);
    const found = pieces ? completion.indexOf(text, position) : position;
    if (completion.startsWith(text, found) && found >= position && found <= position + mostPieces) {
      starts[index] = found;
      position = found + text.length;
      pieces = false;
    } else if (text.includes("\ufffd")) {
      starts[index] = position;
      pieces = true;
    } else return null;
  }
  return position === completion.length || (pieces && completion.length - position <= mostPieces) ? starts : null;
}

/** `[tokens]` the score of the step that each begins in; NaN outside of steps. Null: nobody knows where the tokens stand. */
export function scoresByToken(tokens: Tokens, completion: string, scores: readonly number[]): Float64Array | null {
  const starts = tokenStarts(tokens, completion);
  if (starts === null) return null;
  const steps = completionSteps(completion);
  let at = -1;
  return Float64Array.from(starts, (start) => {
    if (start < 0) return NaN;
    while (at + 1 < steps.length && steps[at + 1]!.start <= start) at++;
    const step = steps[at];
    return step !== undefined && start < step.start + step.text.length ? scores[at]! : NaN;
  });
}
