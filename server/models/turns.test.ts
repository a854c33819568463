import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { expect, test } from "vitest";
import { packSequences } from "./packing";
import { createTokenizer, newTokenizerFiles } from "./tokenizer";
import { encodeTurns } from "./turns";

const policyOf = (template: string) => ({
  chat: true,
  tokenizer: createTokenizer(
    { ...newTokenizerFiles(Array.from("abcdUA:|")), "chat_template.jinja": template },
    { eos: [1], pad: 0 },
  ),
});
const each =
  "{% for m in messages %}{{ m.role[0] | upper }}:{{ m.content }}{% if m.role == 'assistant' %}<eos>{% endif %}|{% endfor %}{% if add_generation_prompt %}A:{% endif %}";
const say = (role: "user" | "assistant", content: string, weight?: 0 | 1) => ({ role, content, weight });
const conversation = [say("user", "a"), say("assistant", "b"), say("user", "c")];
const turns = { prompt: "a", conversation, completion: "d" };

test("every turn of the assistant is learnt to its end, and nothing else", () => {
  const policy = policyOf(each);
  const { prompt, completion, learnt } = encodeTurns(policy, turns);
  expect(policy.tokenizer.decodeAll(prompt)).toBe("U:a|A:");
  expect(policy.tokenizer.decodeAll(completion)).toBe("b<eos>|U:c|A:d<eos>");
  const text = Array.from(completion, (id) => policy.tokenizer.decodeAll([id]));
  expect(text.filter((_, index) => learnt![index]).join("")).toBe("b<eos>d<eos>");
  const packed = packSequences([{ prompt, completion, learnt }]);
  expect(policy.tokenizer.decodeAll(packed.targets.dataSync())).toBe("b<eos>d<eos>");
  // Each is predicted by the token before it.
  const read = packed.tokens.dataSync();
  expect(policy.tokenizer.decodeAll(packed.predicting.dataSync().map((row) => read[row]!))).toBe(":b:d");
  tf.disposeVariables();
});

test("a turn of the weight 0 is read and not learnt", () => {
  const policy = policyOf(each);
  const { prompt, completion } = encodeTurns(policy, {
    ...turns,
    conversation: [say("user", "a"), say("assistant", "b", 0), say("user", "c")],
  });
  expect([prompt, completion].map((ids) => policy.tokenizer.decodeAll(ids))).toEqual(["U:a|A:b<eos>|U:c|A:", "d<eos>"]);
});

test("a template that writes an earlier turn in another way is refused", () => {
  const last = each.replace("{{ m.content }}", "{% if m.role == 'user' or loop.last %}{{ m.content }}{% endif %}");
  expect(() => encodeTurns(policyOf(last), turns)).toThrow(
    /writes the assistant's turn "b" in another way .*"assistant_turns": "last"/,
  );
  expect(() => encodeTurns(policyOf(each.replace("<eos>", "")), turns)).toThrow("in another way");
});
