/** Conversations of which every turn of the assistant is learnt: what of their tokens a model says itself. */
import { spoken, type SaidMessage } from "../protocol/conversation";
import { behindBegun, begunByText } from "./begun";
import { renderChat } from "./chat";
import type { TokenSequence } from "./packing";
import { encodeCompletion, promptText, type Policy } from "./policy";
import { writtenTurn } from "./written-turn";
import { UserError } from "../shared/user-error";

interface Turns {
  readonly prompt: string;
  readonly conversation: readonly SaidMessage[];
  /** The last turn of the assistant. */
  readonly completion: string;
}

/**
 * The conversation in the chat template with its last turn behind it. All turns of the assistant are learnt, each to the token that ends it, but those of
 * the weight 0: the sequence's completion begins with the first of them, and `learnt` says which of its tokens are the assistant's. Throws where the
 * template writes an earlier turn in another way than a model would have said it: what stands there is not what is sampled.
 */
export function encodeTurns(policy: Pick<Policy, "tokenizer" | "chat">, turns: Turns): TokenSequence {
  const { tokenizer } = policy;
  const { conversation } = turns;
  const text = promptText(policy, turns);
  const end = tokenizer.decodeAll([tokenizer.eos]);
  const tokens: number[] = [];
  const learnt: boolean[] = [];
  const add = (ids: readonly number[], mark: boolean): void => {
    for (const id of ids) {
      tokens.push(id);
      learnt.push(mark);
    }
  };
  let at = 0;
  conversation.forEach((message, index) => {
    if (message.role !== "assistant" || message.weight === 0) return;
    const before = renderChat(tokenizer, conversation.slice(0, index), { addGenerationPrompt: true });
    const begun = begunByText(before);
    const asked = { prompt: "", conversation: conversation.slice(0, index) };
    const whole = behindBegun(begun, spoken(message));
    const written = behindBegun(begun, writtenTurn(policy, asked, message));
    const said = [written, whole, whole.trim()].find((each) => text.startsWith(before + each + end));
    if (said === undefined)
      throw new UserError(
        `the chat template writes the assistant's turn ${JSON.stringify(whole.slice(0, 60))} in another way once others stand behind it (it leaves its thinking ` +
          'out, say), so it cannot be learnt there. Set "assistant_turns": "last" of the stage',
      );
    add(tokenizer.encode(text.slice(at, before.length)), false);
    add([...tokenizer.encode(said), tokenizer.eos], true);
    at = before.length + said.length + end.length;
  });
  add(tokenizer.encode(text.slice(at)), false);
  add(encodeCompletion(tokenizer, tokens, turns.completion), true);
  const first = learnt.indexOf(true);
  return { prompt: tokens.slice(0, first), completion: tokens.slice(first), learnt: learnt.slice(first) };
}
