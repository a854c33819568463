import { expect, test } from "vitest";
import { renderChat } from "./chat";
import type { ChatMessage } from "../protocol/conversation";

/** As Qwen's templates: white space control, a system message by default, thoughts of earlier turns left out. */
const thinking = `{%- if tools %}
    {{- '<|im_start|>system\\n' }}{{ tools | tojson }}{{- '<|im_end|>\\n' }}
{%- else %}
    {%- if messages[0]['role'] == 'system' %}
        {{- '<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>\\n' }}
    {%- else %}
        {{- '<|im_start|>system\\nYou are helpful.<|im_end|>\\n' }}
    {%- endif %}
{%- endif %}
{%- for message in messages %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
    {%- elif message.role == "assistant" %}
        {%- set content = message.content.split('</think>')[-1].lstrip('\\n') %}
        {{- '<|im_start|>' + message.role + '\\n' + content + '<|im_end|>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}
`;
/** As Llama's: tokens by name, a namespace, filters, lines whose blocks leave nothing behind. */
const tagged = `{{- bos_token }}
{%- set ns = namespace(first=true) %}
{% for message in messages %}
    {% if not (message['role'] == 'user') and ns.first and loop.index0 > 1 %}{{ raise_exception('late') }}{% endif %}
    {%- set ns.first = false %}
    {{- '[' + message['role'] | upper + '] ' + message['content'] | trim + eos_token }}
{% endfor %}
{% if add_generation_prompt %}[ASSISTANT]{% endif %}
`;
const specialTokens = { bos_token: "<|endoftext|>", eos_token: "<|im_end|>" };
const long: ChatMessage[] = [
  { role: "system", content: "Reason first." },
  { role: "user", content: " 7+25=? " },
  { role: "assistant", content: "<think>\n30+2\n</think>\n\n32" },
  { role: "user", content: "é <b>" },
];
const short: ChatMessage[] = [{ role: "user", content: "hi" }];

/** What `apply_chat_template` of transformers 5.23 gives. */
test.each([
  [
    thinking,
    long,
    "<|im_start|>system\nReason first.<|im_end|>\n<|im_start|>user\n 7+25=? <|im_end|>\n<|im_start|>assistant\n32<|im_end|>\n" +
      "<|im_start|>user\né <b><|im_end|>\n",
    "<|im_start|>assistant\n",
  ],
  [
    thinking,
    short,
    "<|im_start|>system\nYou are helpful.<|im_end|>\n<|im_start|>user\nhi<|im_end|>\n",
    "<|im_start|>assistant\n",
  ],
  [
    tagged,
    long,
    "<|endoftext|>[SYSTEM] Reason first.<|im_end|>\n[USER] 7+25=?<|im_end|>\n[ASSISTANT] <think>\n30+2\n</think>\n\n32<|im_end|>\n" +
      "[USER] é <b><|im_end|>\n",
    "[ASSISTANT]",
  ],
  [tagged, short, "<|endoftext|>[USER] hi<|im_end|>\n", "[ASSISTANT]"],
])("a conversation becomes the text that transformers makes of it (%#)", (chatTemplate, messages, text, beginning) => {
  const tokenizer = { chatTemplate, specialTokens };
  expect(renderChat(tokenizer, messages, { addGenerationPrompt: false })).toBe(text);
  expect(renderChat(tokenizer, messages, { addGenerationPrompt: true })).toBe(text + beginning);
});

test.each([
  [null, /has no chat template/],
  ["{% if %}", /chat template cannot be used: /],
  ["{{ raise_exception('system messages are not allowed') }}", /cannot be used: .*system messages are not allowed/],
])("the template %j is an error that says so", (chatTemplate, message) => {
  const render = () => renderChat({ chatTemplate, specialTokens: {} }, short, { addGenerationPrompt: true });
  expect(render).toThrow(message);
});

test("thinking of earlier turns goes to a template under the name that it asks by, else before the content", () => {
  const turn: ChatMessage = { role: "assistant", content: "4", reasoning_content: "2+2" };
  const render = (chatTemplate: string): string =>
    renderChat({ chatTemplate, specialTokens: {} }, [turn], { addGenerationPrompt: false });
  expect(render("{{ messages[0].content }}")).toBe("<think>2+2</think>4");
  expect(render("{{ messages[0].reasoning_content }}|{{ messages[0].content }}")).toBe("2+2|4");
  expect(render("{{ messages[0]['thinking'] }}|{{ messages[0].reasoning }}|{{ messages[0].content }}")).toBe(
    "2+2|2+2|4",
  );
});

/** What Jinja of Python gives. */
test.each([
  ["{{ '\\n a \\n'.strip('\\n') }}|", " a |"],
  ["{{ '\\n a \\n'.lstrip('\\n') }}|", " a \n|"],
  ["{{ '\\n a \\n'.rstrip('\\n') }}|", "\n a |"],
  ["{{ '-=a=-'.strip('=-') + messages[0].content.lstrip('h') }}", "ai"],
  ["{{ 'x</t> b'.split('</t>')[-1].lstrip('\\n').rstrip('b') }}|", " |"],
  ["{{ {'k': ' a '.strip('a')}['k'] }}|", " a |"],
  ["{{ '\\n a \\n'.strip() }}{{ ' b '.lstrip() }}{{ ' c '.rstrip() }}|", "ab  c|"],
  ["{% macro cut(t) %}{{ t.strip('x') }}{% endmacro %}{{ cut('x y x') }}|", " y |"],
])("strip takes off the signs that it is given, and no other: %s", (chatTemplate, text) => {
  expect(renderChat({ chatTemplate, specialTokens: {} }, short, { addGenerationPrompt: true })).toBe(text);
});

test.each(["\r\n", "\r", "\n"])("lines of a template may end in %j: the text is the same", (end) => {
  const lines = [
    "{% for m in messages %}<|im_start|>{{ m['role'] }}",
    "{{ m['content'] }}<|im_end|>",
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant",
    "{% endif %}",
    "",
  ];
  const tokenizer = { chatTemplate: lines.join(end), specialTokens: {} };
  const content = "a\r\nb";
  expect(renderChat(tokenizer, [{ role: "user", content }], { addGenerationPrompt: true })).toBe(
    "<|im_start|>user\na\r\nb<|im_end|>\n<|im_start|>assistant\n",
  );
});

test("a template reads the settings that it is given", () => {
  const render = (messages: readonly ChatMessage[], chatTemplate: string, chatTemplateKwargs = {}) =>
    renderChat({ chatTemplate, chatTemplateKwargs, specialTokens }, messages, { addGenerationPrompt: true });
  expect(render(short, thinking, { enable_thinking: false })).toMatch(/assistant\n<think>\n\n<\/think>\n\n$/);
  expect(render(short, thinking, { enable_thinking: true })).toMatch(/assistant\n$/);
  expect(render(short, "{{ a.b[1] }}{% if c is none %}!{% endif %}", { a: { b: [1, 2] }, c: null })).toBe("2!");
  expect(render(short, "{% if messages[0].reasoning_content is defined %}!{% endif %}")).toBe("");
});
