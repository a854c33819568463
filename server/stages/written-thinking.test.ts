/** Thinking that files have apart from what is said, as stages learn it: in the way of the chat template. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testEngine } from "../engine/engine.testing";
import { newPolicy, type Policy } from "../models/policy";
import { createTokenizer } from "../models/tokenizer";
import { taskSchema } from "../recipes/task-fields";
import { temporaryFolder } from "../runs/example-run";
import { createTask } from "../tasks/create-task";
import { readExampleFile } from "../tasks/example-file";
import { generalExamples } from "../tasks/general-examples";
import { readPairRows } from "../tasks/pair-rows";
import { trainingRows } from "../tasks/splits";
import { asRead, tokenize } from "./training-examples";
import { recipeOf } from "./recipe.testing";
import { tokenizePairs } from "./preferences/token-pairs";

testEngine("cpu");

/** As Qwen3's template. */
const template =
  "{% for m in messages %}{{ m.role[0] }}:{% if m.reasoning_content %}<think>\n{{ m.reasoning_content.strip('\n') }}\n</think>\n\n{% endif %}{{ m.content }}<eos>\n{% endfor %}" +
  "{% if add_generation_prompt %}a:{% endif %}";

function chatPolicy(): Policy {
  const { model } = recipeOf([{ kind: "cold-start" }]);
  if ("checkpoint" in model) throw new Error("The recipe has no new model.");
  const policy = newPolicy(model, Array.from("usera:0123456789+=?_ \n"), 1);
  const files = { ...policy.tokenizer.files, "chat_template.jinja": template };
  return { ...policy, chat: true, tokenizer: createTokenizer(files, { eos: [1], pad: 0 }, "", {}) };
}

const say = (role: string, content: string, reasoning_content?: string) => ({ role, content, reasoning_content });
const asked = [say("user", "2+2?")];
const answer = say("assistant", "4", "2+2=4\n");
const written = "u:2+2?<eos>\na:<think>\n2+2=4\n</think>\n\n4<eos>";

function file(rows: readonly object[]): string {
  const path = join(temporaryFolder("written"), "rows.jsonl");
  writeFileSync(path, rows.map((row) => JSON.stringify(row)).join("\n"));
  return path;
}

test("examples of a file, as they are read and as they are learnt", () => {
  const policy = chatPolicy();
  const rows = [{ messages: [...asked, answer] }, { prompt: asked, completion: [answer] }];
  const { examples } = readExampleFile(file(rows), true);
  for (const example of examples) {
    expect(asRead(policy, example).completion).toBe("<think>\n2+2=4\n</think>\n\n4");
    for (const each of [example, asRead(policy, example)]) {
      const [{ prompt, completion } = { prompt: [], completion: [] }] = tokenize(policy, [each]);
      expect(policy.tokenizer.decodeAll([...prompt, ...Array.from(completion)])).toBe(written);
    }
  }
  // Without a template it is text as it always was.
  expect(asRead({ ...policy, chat: false }, examples[0]!).completion).toBe("<think>2+2=4\n</think>4");
});

test("completions of a data set, in a cold start and as general examples", () => {
  const policy = chatPolicy();
  const rows = Array.from({ length: 9 }, (_, index) => ({
    prompt: [say("user", `${index}+2?`)],
    answer: "4",
    completion: [answer],
  }));
  const spec = { name: "dataset", train: file(rows), completion_column: "completion" };
  const task = createTask(taskSchema.parse(spec), "", true);
  const [row] = trainingRows(task, 0, "s", 1);
  const [general] = generalExamples(task, 0, "s", 1);
  for (const example of [
    { prompt: "2+2?", completion: task.completion(row!, "stepwise"), turn: row!.turn },
    { ...general!, prompt: "2+2?" },
  ]) {
    const [{ prompt, completion } = { prompt: [], completion: [] }] = tokenize(policy, [example]);
    expect(policy.tokenizer.decodeAll([...prompt, ...Array.from(completion)])).toBe(written);
  }
});

test("both sides of pairs", () => {
  const policy = chatPolicy();
  const { pairs } = readPairRows(
    file([{ prompt: asked, chosen: [answer], rejected: [say("assistant", "5", "2+2=5")] }]),
    true,
  );
  const [pair] = tokenizePairs(policy, pairs);
  const text = ({
    prompt,
    completion,
  }: {
    readonly prompt: ArrayLike<number>;
    readonly completion: ArrayLike<number>;
  }) => policy.tokenizer.decodeAll([...Array.from(prompt), ...Array.from(completion)]);
  expect(text(pair!.chosen)).toBe(written);
  expect(text(pair!.rejected)).toBe(written.replace("=4", "=5").replace("4<eos>", "5<eos>"));
});
