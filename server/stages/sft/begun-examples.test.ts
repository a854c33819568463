/** Examples behind prompts that begin the completion. */
import { beforeAll, expect, test } from "vitest";
import { testEngine } from "../../engine/engine.testing";
import { filterExamples } from "./filter-examples";
import { newPolicy, type Policy } from "../../models/policy";
import { filterSettings } from "./curate";
import { asRead, begunNotes, tokenize } from "../training-examples";
import { createTask } from "../../tasks/create-task";
import { taskSchema } from "../../recipes/task-fields";
import { recipeOf } from "../recipe.testing";

let policy: Policy;
testEngine("cpu");
beforeAll(() => {
  const { model } = recipeOf([{ kind: "cold-start" }]);
  if ("checkpoint" in model) throw new Error("The recipe has no new model.");
  policy = newPolicy(model, Array.from("user:1234567890+= \nx"), 1);
});

const prompt = "user: 1+2=\n<think>\n";
const whole = "<think>1+2=3</think><answer>3</answer>";

test("an opening tag is never trained on twice, and a completion without it is as readable as one with it", () => {
  const examples = [whole, whole.slice("<think>".length), `<think>\n${whole.slice("<think>".length)}`].map(
    (completion) => asRead(policy, { prompt, completion }),
  );
  const texts = tokenize(policy, examples).map((each) =>
    policy.tokenizer.decodeAll([...each.prompt, ...Array.from(each.completion)]),
  );
  for (const text of texts) expect(text).toBe(`${prompt}1+2=3</think><answer>3</answer><eos>`);
  const [recipe] = recipeOf([{ kind: "cold-start" }]).stages;
  if (recipe?.kind !== "cold-start") throw new Error("The stage is no cold start.");
  const filters = filterSettings(
    { ...recipe.filters, language: { ...recipe.filters.language, least: 0 }, near_duplicates: null },
    createTask(taskSchema.parse({ name: "chain-sum" }), ""),
  );
  const { dropped } = filterExamples(
    examples.map((each) => ({ ...each, correct: null })),
    filters,
  );
  expect(dropped.filter(({ reason }) => reason === "unreadable")).toEqual([]);
  expect(begunNotes(policy, examples)).toEqual([]);
});

test("completions that do not go with what their prompts began are counted, and trained on as they are", () => {
  const notes = (begun: string, completions: readonly string[]): string[] =>
    begunNotes(
      policy,
      completions.map((completion) => ({ prompt: `user: 1+2=\n${begun}`, completion })),
    );
  expect(notes("<think>\n", ["3", whole])).toEqual([
    "1 of 2 completions never end the thinking that their prompts open with <think>: the model learns to answer within it",
  ]);
  expect(notes("<think>\n\n</think>\n\n", ["<answer>3</answer>", whole, whole])).toEqual([
    "2 of 3 completions think, though their prompts end with an empty thinking: the model learns to think again behind it",
  ]);
  expect(notes("", ["3", whole])).toEqual([]);
});
