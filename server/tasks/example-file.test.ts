import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { readExampleFile } from "./example-file";

const folder = mkdtempSync(join(tmpdir(), "reasoning-lab-examples-"));
const file = join(folder, "examples.jsonl");
const read = (text: string | Uint8Array) => {
  writeFileSync(file, text);
  return readExampleFile(file, true).examples;
};
const readRow = (row: object) => read(JSON.stringify(row))[0]!;
const user = (content: unknown) => ({ role: "user", content });
const assistant = (content: unknown) => ({ role: "assistant", content });
const system = (content: unknown) => ({ role: "system", content });

test("a byte order mark, CRLF and blank lines are no part of the rows, and lines are counted as editors do", () => {
  const row = JSON.stringify({ prompt: "a", completion: "b", answer: 4 });
  const examples = read(`\uFEFF${row}\r\n\r\n   \n${row}\r\n`);
  expect(examples).toEqual(
    [1, 4].map((line) => ({ prompt: "a", completion: "b", answer: "4", asked: ["a"], file, line })),
  );
  writeFileSync(join(folder, "packed.jsonl.gz"), gzipSync(row));
  expect(readExampleFile(join(folder, "packed.jsonl.gz"), false).examples).toHaveLength(1);
});

test("messages: one turn is a prompt, more is a conversation of which the last turn is learnt", () => {
  expect(readRow({ messages: [user("a"), assistant("b")] })).toEqual({
    prompt: "a",
    completion: "b",
    answer: null,
    asked: ["a"],
    file,
    line: 1,
  });
  const said = [
    system("s"),
    user("a"),
    assistant("b"),
    user([
      { type: "text", text: "c" },
      { type: "text", text: "d" },
    ]),
  ];
  const long = { prompt: "a\n\nb\n\ncd", completion: "e", asked: ["a\n\nb\n\ncd", "a", "cd"] };
  const conversation = [system("s"), user("a"), assistant("b"), user("cd")];
  expect(readRow({ messages: [...said, assistant("e")] })).toMatchObject({ ...long, conversation });
  expect(readRow({ prompt: said, completion: [assistant("e")] })).toMatchObject({ ...long, conversation });
});

const end = "an example has prompt and completion, or messages. This row has: ";
test.each([
  ["{", "1: this is JSON over several lines, not JSONL."],
  ['{"prompt":', "1: not JSON: "],
  ["[", "1: this is one JSON array, not JSONL."],
  ["[]", "1: a row must be a JSON object, not an array. Write one object a line."],
  ["4", "1: a row must be a JSON object."],
  ['\n\n{"prompt":"a"}', `3: "completion" is missing; ${end}prompt.`],
  ['{"prompt":"","completion":"a"}', `1: "prompt" is empty; ${end}prompt, completion.`],
  ['{"prompt":" \\n","completion":"a"}', '1: "prompt" is empty: it has nothing but white space.'],
  [
    '{"messages":[{"role":"user","content":"\\t"},{"role":"assistant","content":"a"}]}',
    '1: "prompt" is empty: it has nothing but white space.',
  ],
  ['{"question":"a","response":"b"}', `1: "prompt" is missing; ${end}question, response.`],
  ['{"prompt":"a","completion":4}', '1: "completion": '],
  ['{"messages":[]}', `1: "messages" is empty; ${end}messages.`],
  ['{"messages":[{"role":"tool","content":"a"}]}', '1: "messages.0.role": must be system, user or assistant'],
  ['{"messages":[{"role":"user"}]}', '1: "messages.0.content" is missing'],
  ['{"messages":[{"role":"user","content":""}]}', '1: "messages.0.content" is empty'],
  ["", "has no rows"],
])("%s is named with its place", (text, message) => {
  expect(() => read(text)).toThrow(
    message.startsWith("1:") || message.startsWith("3:") ? `${file}:${message}` : message,
  );
});

test.each([
  [[user("a")], "messages must end with one of the user and the assistant's answer to it"],
  [[assistant("a")], "messages must end with"],
  [[user("a"), user("b"), assistant("c")], "in turn"],
  [[user("a"), system("s"), user("b"), assistant("c")], "a system message must be the first message"],
  [[user([{ type: "image_url" }]), assistant("c")], 'a part of the type "image_url": only text can be read'],
])("messages that are no conversation to learn from: %j", (messages, message) => {
  expect(() => readRow({ messages })).toThrow(message);
});

test("bytes that are no UTF-8 are said, not replaced", () => {
  expect(() => read(Buffer.from([0x7b, 0xff, 0x7d]))).toThrow("it is not text in UTF-8");
});

test.each(["reasoning_content", "thinking", "reasoning"])(
  "%s of a message stands before its content, as a model writes it",
  (key) => {
    const turns = [user("a"), { ...assistant("b"), [key]: "t1" }, user("c"), { ...assistant("d"), [key]: "t2" }];
    const example = readRow({ messages: turns });
    expect(example.completion).toBe("<think>t2</think>d");
    expect(example.conversation![1]).toEqual({ role: "assistant", content: "b", reasoning_content: "t1" });
    expect(readRow({ messages: [user("a"), { ...assistant("b"), [key]: null }] }).completion).toBe("b");
    const twice = { ...assistant("<think>t</think>b"), [key]: "t" };
    expect(() => readRow({ messages: [user("a"), twice] })).toThrow(`${file}:1: a message has ${key}, and a <think>`);
    expect(() => readRow({ messages: [{ ...user("a"), [key]: "t" }, assistant("b")] })).toThrow(
      `message of the user has ${key}`,
    );
  },
);

test("no key of a message is left out without a word", () => {
  const named = {
    messages: [
      { ...user("a"), name: "Ada" },
      { ...assistant("b"), id: 4, tool_calls: [], refusal: null },
    ],
  };
  writeFileSync(file, [named, named].map((row) => JSON.stringify(row)).join("\n"));
  expect(readExampleFile(file, true).notes).toEqual([`${file}: messages have name, id, which is not read`]);
  const calling = { ...assistant("b"), tool_calls: [{ id: "1" }] };
  expect(() => readRow({ messages: [user("a"), calling] })).toThrow(`${file}:1: a message has tool_calls: `);
});

test("turns of the weight 0 are not learnt, and what stands behind the last that is learnt is left away", () => {
  const turns = [user("a"), { ...assistant("b"), weight: 1 }, user("c"), { ...assistant("d"), weight: 0 }];
  expect(readRow({ messages: turns })).toEqual({
    prompt: "a",
    completion: "b",
    answer: null,
    asked: ["a"],
    file,
    line: 1,
  });
  expect(() => readRow({ messages: [user("a"), { ...assistant("b"), weight: 0 }] })).toThrow(`${file}:1: every turn`);
  expect(() => readRow({ messages: [user("a"), { ...assistant("b"), weight: 2 }] })).toThrow("must be 0 or 1");
});

test("several turns need a chat template, a system message does not", () => {
  const turns = [user("a"), assistant("b"), user("c"), assistant("d")];
  writeFileSync(file, `${JSON.stringify({ messages: [system("s"), user("a"), assistant("b")] })}\n`);
  expect(readExampleFile(file, false).examples[0]!.conversation).toHaveLength(2);
  writeFileSync(file, `${JSON.stringify({ messages: turns })}\n`);
  expect(() => readExampleFile(file, false)).toThrow(
    `${file}:1: several turns need a chat template. Set "chat_template": true`,
  );
});
