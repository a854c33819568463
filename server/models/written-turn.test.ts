import { expect, test } from "vitest";
import { spoken, type ChatMessage } from "../protocol/conversation";
import { encodeCompletion, encodePrompt } from "./policy";
import { createTokenizer, newTokenizerFiles } from "./tokenizer";
import { encodeTurns } from "./turns";
import { writtenTurn } from "./written-turn";

const policyOf = (template: string, chatTemplateKwargs = {}) => ({
  chat: true,
  tokenizer: createTokenizer(
    { ...newTokenizerFiles(Array.from("abcdUAST:|\n +=")), "chat_template.jinja": template },
    { eos: [1], pad: 0 },
    "",
    { kwargs: chatTemplateKwargs },
  ),
});

/** As Qwen3's: thinking on lines of its own in the last turn, none in earlier ones. */
const lines = `{%- for m in messages %}
{%- if m.role == 'assistant' %}
    {%- set thought = m.reasoning_content if m.reasoning_content is string else '' %}
    {%- if loop.last %}
        {{- 'A\\n<think>\\n' + thought.strip('\\n') + '\\n</think>\\n\\n' + m.content.lstrip('\\n') }}
    {%- else %}
        {{- 'A\\n' + m.content }}
    {%- endif %}
{%- else %}
    {{- 'U\\n' + m.content }}
{%- endif %}
{{- '<eos>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- 'A\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}{{- '<think>\\n\\n</think>\\n\\n' }}{% endif %}
{%- endif %}`;
/** As those that open the thinking themselves. */
const opened = `${lines.slice(0, lines.lastIndexOf("{{- 'A"))}{{- 'A\\n<think>\\n' }}{%- endif %}`;
/** As GLM's: no line within the tags, one before them, and nothing that ends a turn. */
const glm = `{%- for m in messages %}
{%- if m.role == 'assistant' %}{{- '|A\\n<think>' + m.reasoning_content.strip() + '</think>\\n' + m.content.strip() }}
{%- else %}{{- '|U\\n' + m.content }}{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '|A' }}{%- endif %}`;
const keeping = lines.replace("{%- if loop.last %}", "{%- if thought %}");
const plain = lines.replaceAll("m.reasoning_content", "m.other");

const turn: ChatMessage = { role: "assistant", content: "c d", reasoning_content: "a+b" };
const asked = { prompt: "a" };

test.each([
  ["on lines of its own", lines, "<think>\na+b\n</think>\n\nc d", "U\na<eos>\nA\n<think>\na+b\n</think>\n\nc d<eos>"],
  [
    "behind a tag that the prompt has",
    opened,
    "<think>\na+b\n</think>\n\nc d",
    "U\na<eos>\nA\n<think>\na+b\n</think>\n\nc d<eos>",
  ],
  ["without lines", glm, "\n<think>a+b</think>\nc d", "|U\na|A\n<think>a+b</think>\nc d<eos>"],
  ["by no name", plain, "<think>a+b</think>c d", "U\na<eos>\nA\n<think>a+b</think>c d<eos>"],
])("thinking is learnt as the template writes it: %s", (_, template, written, whole) => {
  const policy = policyOf(template);
  expect(writtenTurn(policy, asked, turn)).toBe(written);
  const prompt = encodePrompt(policy, asked);
  const ids = [...prompt, ...encodeCompletion(policy.tokenizer, prompt, written)];
  expect(ids).toEqual(policy.tokenizer.encode(whole));
});

test("what has no thinking apart, no template, or a template that leaves it out stays as it is", () => {
  expect(writtenTurn(policyOf(lines), asked, { role: "assistant", content: "c" })).toBe("c");
  expect(writtenTurn({ ...policyOf(lines), chat: false }, asked, turn)).toBe(spoken(turn));
  const never = lines.replace("{%- if loop.last %}", "{%- if false %}");
  expect(writtenTurn(policyOf(never), asked, turn)).toBe(spoken(turn));
  // The thinking that is off stands before it: the turn is another one than the prompt asks for.
  expect(writtenTurn(policyOf(lines, { enable_thinking: false }), asked, turn)).toBe("<think>\na+b\n</think>\n\nc d");
});

test("earlier turns are learnt where the template keeps their thinking", () => {
  const conversation = [{ role: "user" as const, content: "a" }, turn, { role: "user" as const, content: "b" }];
  const turns = { prompt: "a", conversation, completion: "d" };
  const policy = policyOf(keeping);
  const { completion, learnt } = encodeTurns(policy, turns);
  const text = Array.from(completion, (id) => policy.tokenizer.decodeAll([id]));
  expect(text.filter((__, index) => learnt![index]).join("")).toBe("<think>\na+b\n</think>\n\nc d<eos>d<eos>");
  expect(() => encodeTurns(policyOf(lines), turns)).toThrow("in another way");
});
