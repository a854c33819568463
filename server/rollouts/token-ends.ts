/** Where a completion's tokens end in its text, for what is said of parts of the text and learnt by tokens. */
import { begunBy } from "../models/begun";
import type { Tokenizer } from "../models/tokenizer";

/** Tokens that are decoded together to learn where each ends: a few, so that a long completion is not read over and over. */
const window = 32;

/**
 * `[tokens]` characters (UTF-16 units) of the completion's text up to and with each token: of `completionText`, what the prompt began of it included.
 * A token that is a part of a character ends where the character so far is shown; the one that completes it has the character's end.
 */
export function tokenEnds(
  tokenizer: Pick<Tokenizer, "decode">,
  { prompt, completion }: { readonly prompt: readonly number[]; readonly completion: Int32Array },
): Int32Array {
  const ends = new Int32Array(completion.length);
  const begun = begunBy(tokenizer, prompt).length;
  let [first, before] = [0, 0];
  for (let token = 0; token < completion.length; token++) {
    const text = tokenizer.decode(completion.subarray(first, token + 1));
    ends[token] = begun + before + text.length;
    if (token - first < window || text.endsWith("\ufffd")) continue;
    // From here on texts begin anew. Where a tokenizer joins texts otherwise than one behind the other, they go on as they were.
    const joined = tokenizer.decode(completion.subarray(first, token + 2)).length;
    const alone = tokenizer.decode(completion.subarray(token + 1, token + 2)).length;
    if (joined !== text.length + alone) continue;
    before += text.length;
    first = token + 1;
  }
  return ends;
}
