/** Conversations and system prompts of tasks. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ChatMessage } from "../protocol/conversation";
import { taskSchema } from "../recipes/task-fields";
import { createTask } from "./create-task";
import { isHeldOut, trainingRows } from "./splits";
import { askedAs } from "./system-prompt";
import type { Task } from "./task";

const folder = mkdtempSync(join(tmpdir(), "reasoning-lab-conversations-"));
const train = "train.jsonl";
const say = (role: ChatMessage["role"], content: string): ChatMessage => ({ role, content });
/** A prompt that is for training. */
const question = ["2+2?", "2+3?", "2+4?", "2+5?"].find((prompt) => !isHeldOut(prompt))!;

function taskOf(rows: readonly object[], spec: object = {}, chat = true): Task {
  writeFileSync(join(folder, train), rows.map((row) => JSON.stringify(row)).join("\n"));
  return createTask(taskSchema.parse({ name: "dataset", train, ...spec }), folder, chat);
}
const rowOf = (row: object, spec: object = {}, chat = true) => trainingRows(taskOf([row], spec, chat), 0, "s", 1)[0]!;

test("messages of TRL and verl are prompts: what was said is their text, a system message aside", () => {
  const asked = [say("system", "Be short."), say("user", question)];
  const row = rowOf({ prompt: asked, answer: 4 });
  expect(row).toMatchObject({ prompt: question, conversation: asked, answer: "4" });
  expect(row.columns).toEqual({ prompt: asked, answer: 4, messages: asked });
  const single = rowOf({ prompt: [say("user", question)], answer: 4 });
  expect(single.conversation).toBeUndefined();
  expect(single.prompt).toBe(question);
  const turns = [say("user", "Hi"), say("assistant", "Hello"), say("user", question)];
  const long = rowOf({ question: turns, answer: 4 }, { prompt_column: "question" });
  expect(long).toMatchObject({ prompt: `Hi\n\nHello\n\n${question}`, conversation: turns });
});

test.each([
  [[say("user", "a"), say("assistant", "b")], "1: the messages of a prompt must end with what the user says"],
  [[say("user", "a"), say("user", "b")], "1: messages must be of the user and the assistant in turn"],
  [[], '1: "prompt" is empty'],
  [[{ role: "tool", content: "a" }], '1: "prompt.0.role": must be system, user or assistant'],
  [[{ role: "user" }], '1: "prompt.0.content" is missing'],
  [[say("user", " ")], "1: the prompt is empty"],
])("a prompt of the messages %j is refused at its line", (prompt, message) => {
  expect(() => rowOf({ prompt, answer: 1 })).toThrow(`${join(folder, train)}:${message}`);
});

test("several turns need a chat template, and say so with their line; a completion may be a message", () => {
  const turns = [say("user", "a"), say("assistant", "b"), say("user", question)];
  expect(() => rowOf({ prompt: turns, answer: 1 }, {}, false)).toThrow(
    `${join(folder, train)}:1: several turns need a chat template. Set "chat_template": true`,
  );
  const completion = [{ ...say("assistant", "4"), reasoning_content: "2+2" }];
  const task = taskOf([{ prompt: question, answer: 4, completion }], { completion_column: "completion" });
  expect(task.completion(trainingRows(task, 0, "s", 1)[0]!, "stepwise")).toBe("<think>2+2</think>4");
});

test("keys of messages that nothing reads are told", () => {
  const prompt = [{ ...say("user", question), name: "Ada" }];
  expect(taskOf([{ prompt, answer: 1 }]).notes).toEqual([`${train}: messages have name, which is not read`]);
});

test("a system prompt stands before each prompt, of any task; a row's own system message stays", () => {
  const own = [say("system", "own"), say("user", question)];
  const spec = { system_prompt: "Think." };
  expect(rowOf({ prompt: own, answer: 1 }, spec).conversation).toEqual(own);
  const asked = [say("system", "Think."), say("user", question)];
  expect(rowOf({ prompt: question, answer: 1 }, spec)).toMatchObject({ prompt: question, conversation: asked });
  const sums = createTask(taskSchema.parse({ name: "chain-sum", ...spec }), folder);
  const [sum] = trainingRows(sums, 0, "s", 1);
  expect(sum).toMatchObject({ conversation: [say("system", "Think."), say("user", sum!.prompt)] });
  expect(sum!.columns!["messages"]).toEqual(sum!.conversation);
  // The prompts are those of the task without it, and a new model can write it.
  const [plain] = trainingRows(createTask(taskSchema.parse({ name: "chain-sum" }), folder), 0, "s", 1);
  expect(sum!.prompt).toBe(plain!.prompt);
  expect(["T", ".", "\n"].every((symbol) => sums.symbols.includes(symbol))).toBe(true);
});

test("a prompt that labels know by its text is asked as its task asks it", () => {
  const asked = [say("system", "Be short."), say("user", question)];
  const data = taskOf([{ prompt: asked, answer: 4 }]);
  const sums = createTask(taskSchema.parse({ name: "chain-sum", system_prompt: "Think." }), folder);
  const known = askedAs({ task: data, generalTask: sums });
  expect(known(question)).toEqual({ prompt: question, conversation: asked });
  expect(known("a1b+2=")!.conversation![0]).toEqual(say("system", "Think."));
  expect(known("neither")).toBeNull();
  const plain = createTask(taskSchema.parse({ name: "chain-sum" }), folder);
  expect(askedAs({ task: plain, generalTask: null })("anything")).toEqual({ prompt: "anything" });
});
