import { expect, test } from "vitest";
import { filterSchema } from "../../recipes/sft-fields";
import { taskSchema } from "../../recipes/task-fields";
import { createTask } from "../../tasks/create-task";
import { filterSettings } from "./curate";
import { filterExamples } from "./filter-examples";

test("a completion is in form where its answer stands at the place that the recipe names", () => {
  const unreadable = (answer_from: "last-number" | undefined) => {
    const task = createTask(taskSchema.parse({ name: "chain-sum", ...(answer_from && { answer_from }) }), "");
    const texts = ["The sum is 5.", "I cannot say.", "<think>2+3=5</think><answer>5</answer>"];
    const examples = texts.map((completion, index) => ({ prompt: `a${index}+3=`, completion, correct: null }));
    const { dropped } = filterExamples(examples, filterSettings(filterSchema.parse({ well_formed: true }), task));
    return dropped.filter(({ reason }) => reason === "unreadable").map(({ example }) => example.completion);
  };
  expect(unreadable(undefined)).toEqual(["The sum is 5.", "I cannot say."]);
  expect(unreadable("last-number")).toEqual(["I cannot say."]);
});
