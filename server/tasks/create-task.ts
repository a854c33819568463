import type { TaskSpec } from "../recipes/schema";
import { addition } from "./addition";
import { withAnswersAt } from "./answer-place";
import { baseConversion } from "./base-conversion";
import { chainSum } from "./chain-sum";
import { codeFunctions } from "./code-functions";
import { countLetters } from "./count-letters";
import { countdown } from "./countdown";
import { dataset, datasetAnswers } from "./dataset";
import { greatestCommonDivisor } from "./greatest-common-divisor";
import { parity } from "./parity";
import { reverse } from "./reverse";
import { simpleEquations } from "./simple-equations";
import { sort } from "./sort";
import { withSystemPrompt } from "./system-prompt";
import type { ProceduralTask, Task, TaskCheck } from "./task";
import { unanswerable } from "./unanswerable";

export type ProceduralTaskSpec = Exclude<TaskSpec, { name: "dataset" }>;

/** A task whose rows are made from a seed. */
export function createProceduralTask(spec: ProceduralTaskSpec): ProceduralTask {
  switch (spec.name) {
    case "chain-sum":
      return chainSum(spec);
    case "unanswerable":
      return unanswerable(spec);
    case "addition":
      return addition(spec);
    case "reverse":
      return reverse(spec);
    case "count-letters":
      return countLetters(spec);
    case "sort":
      return sort(spec);
    case "base-conversion":
      return baseConversion(spec);
    case "gcd":
      return greatestCommonDivisor(spec);
    case "countdown":
      return countdown(spec);
    case "parity":
      return parity(spec);
    case "simple-equations":
      return simpleEquations(spec);
    case "code-functions":
      return codeFunctions(spec);
  }
}

/** How the task that a recipe names reads and judges answers: no file is read. */
export function createTaskCheck(spec: TaskSpec): TaskCheck {
  const check: TaskCheck =
    spec.name === "dataset" ? { name: spec.name, ...datasetAnswers(spec) } : createProceduralTask(spec);
  return withAnswersAt(check, spec.answer_from);
}

/** The task that a recipe names. `folder`: the recipe's; `chat`: for a model with a chat template. Throws when a dataset cannot be used. */
export function createTask(spec: TaskSpec, folder: string, chat = false): Task {
  const task = spec.name === "dataset" ? dataset(spec, folder, chat) : createProceduralTask(spec);
  return withSystemPrompt(withAnswersAt(task, spec.answer_from), spec.system_prompt);
}
