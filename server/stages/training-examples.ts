/** Examples that a stage is given, as the tokens that it learns from. */
import { begunByText, behindBegun, withBegun } from "../models/begun";
import type { TokenSequence } from "../models/packing";
import { encodeCompletion, encodePrompt, promptText, type Policy } from "../models/policy";
import { encodeTurns } from "../models/turns";
import { writtenTurn } from "../models/written-turn";
import type { Answered, SaidMessage } from "../protocol/conversation";
import { placeText, type Place } from "../tasks/task";
import { messageOf, UserError } from "../shared/user-error";

export interface TrainingExample extends Answered {
  readonly conversation?: readonly SaidMessage[] | undefined;
  /** Whether the earlier turns of the assistant are learnt too. */
  readonly allTurns?: boolean;
  /** Of examples that are read from a file. */
  readonly place?: Place | undefined;
}

/** What the prompt of an example already wrote of its completion. */
const begunIn = (policy: Policy, example: TrainingExample): string => begunByText(promptText(policy, example));

/** What a model is to write, of an example with its thinking apart as the chat template has it. */
const completionText = (policy: Policy, { completion, turn, ...asked }: TrainingExample): string =>
  turn ? writtenTurn(policy, asked, turn) : completion;

/**
 * An example whose completion is the whole of it: as the chat template writes it, and with the opening tag that its prompt ends with, whether the example had
 * one or not.
 */
export const asRead = <T extends TrainingExample>(policy: Policy, example: T): T => {
  const completion = withBegun(begunIn(policy, example), completionText(policy, example));
  return completion === example.completion && !example.turn ? example : { ...example, completion, turn: undefined };
};

/** What does not go together in a training set: completions and what prompts began of them. */
export function begunNotes(policy: Policy, examples: readonly TrainingExample[]): string[] {
  const [open, again] = [new Set<number>(), new Set<number>()];
  let tag = "";
  examples.forEach((example, index) => {
    const begun = begunIn(policy, example);
    if (begun === "") return;
    tag = /^<[^>]*>/.exec(begun)![0];
    const end = tag.replace("<", "</");
    const rest = behindBegun(begun, example.completion);
    const closed = begun.includes(end);
    if (closed && rest.includes(tag)) again.add(index);
    if (!closed && !rest.includes(end)) open.add(index);
  });
  const of = (some: ReadonlySet<number>): string => `${some.size} of ${examples.length} completions`;
  return [
    ...(open.size === 0
      ? []
      : [
          `${of(open)} never end the thinking that their prompts open with ${tag}: the model learns to answer within it`,
        ]),
    ...(again.size === 0
      ? []
      : [
          `${of(again)} think, though their prompts end with an empty thinking: the model learns to think again behind it`,
        ]),
  ];
}

/** A prompt with a completion, which the end-of-sequence token closes. */
export function tokenize(policy: Policy, examples: readonly TrainingExample[]): TokenSequence[] {
  const { tokenizer } = policy;
  return examples.map(({ allTurns, place, ...example }) => {
    const { prompt: text, conversation } = example;
    const completion = completionText(policy, example);
    if (allTurns && conversation)
      try {
        return encodeTurns(policy, { prompt: text, conversation, completion });
      } catch (error) {
        const reason = messageOf(error);
        throw new UserError(`${place ? `${placeText(place)}: ` : ""}${reason}.`, { cause: error });
      }
    const prompt = encodePrompt(policy, example);
    return { prompt, completion: encodeCompletion(tokenizer, prompt, completion) };
  });
}
