/** What a schema cannot say of stages: which others they build on, and what else of the recipe they need. */
import { gives, learnsFrom, type Gift } from "../protocol/stage-kinds";
import type { Surroundings } from "./surroundings";
import type { Finding } from "./finding";
import { suggestion } from "./did-you-mean";
import { resolveFrom } from "./resolve-from";
import type { Recipe } from "./schema";
import type { StageSpec } from "./stages";
import { hasCompletions } from "./task-fields";

type Complaint = readonly [
  field: string | readonly (string | number)[],
  message: string,
  severity?: Finding["severity"],
];

/** Another stage that a field names. */
interface Reference {
  readonly field: string | readonly (string | number)[];
  readonly name: string;
  /** What it must give. */
  readonly gives: Gift;
}

function references(stage: StageSpec): Reference[] {
  const found: Reference[] = stage.from === undefined ? [] : [{ field: "from", name: stage.from, gives: "policy" }];
  if (learnsFrom(stage, "samples") && stage.sample_from !== undefined)
    found.push({ field: "sample_from", name: stage.sample_from, gives: "policy" });
  if ("reward_models" in stage)
    for (const [index, model] of stage.reward_models.entries())
      found.push({ field: ["reward_models", index, "stage"], name: model.stage, gives: "reward model" });
  if ("best_of" in stage && stage.best_of !== "reward")
    found.push({ field: "best_of", name: stage.best_of, gives: "reward model" });
  return found;
}

function referenceComplaint(
  stages: readonly StageSpec[],
  index: number,
  { name, gives: wanted, field }: Reference,
): Complaint | null {
  const own = stages[index]!.name;
  const before = stages.slice(0, index);
  const found = before.find((stage) => stage.name === name);
  if (found) {
    if (gives(found, wanted)) return null;
    return [field, `Stage "${name}" is of the kind ${found.kind}, which gives no ${wanted}.`];
  }
  if (name === own) return [field, `Stage "${name}" cannot start from itself.`];
  if (stages.some((stage) => stage.name === name))
    return [field, `Stage "${name}" comes later than "${own}". Stages run in their order.`];
  const names = before.filter((stage) => gives(stage, wanted)).map((stage) => stage.name);
  return [field, `There is no stage "${name}" before this one.${suggestion(name, names)}`];
}

/** Whether the best checkpoint is measured at all, at steps that are saved. */
function* bestComplaints(
  stage: Extract<StageSpec, { load_best_model_at_end: boolean }>,
  evaluated: number,
): Generator<Complaint> {
  const { metric_for_best_model: metric, load_best_model_at_end, save_steps } = stage;
  if (metric === undefined) {
    if (load_best_model_at_end) yield ["load_best_model_at_end", "Set metric_for_best_model to say by which metric."];
    return;
  }
  const [every, setting] = "eval_steps" in stage ? [stage.eval_steps, "eval_steps"] : [evaluated, "evaluation.every"];
  if (every === 0)
    yield ["metric_for_best_model", `"${metric}" is never measured while the stage trains: set ${setting}.`];
  else if (save_steps % every !== 0)
    yield [
      "save_steps",
      `Checkpoints every ${save_steps} steps and ${setting} ${every} do not always coincide, and only checkpoints of measured steps can be the best. Make save_steps a multiple of it.`,
      "warning",
    ];
}

const refuses = (general: Recipe["general_task"]): boolean => general?.name === "unanswerable";

/** What the stage's own settings ask of the rest of the recipe. */
function* complaints(
  { task, general_task, evaluation }: Recipe,
  stage: StageSpec,
  surroundings: Surroundings | null,
): Generator<Complaint> {
  if ("examples_file" in stage && stage.examples_file !== undefined && surroundings) {
    const problem = surroundings.fileProblem(resolveFrom(surroundings.folder, stage.examples_file));
    if (problem !== null) yield ["examples_file", `${problem} The path is relative to the recipe.`];
  }
  if ("slips" in stage && stage.slips) {
    if (stage.examples_file !== undefined)
      yield ["slips", "The task makes slips, but examples_file has its own examples. Remove one of the two."];
    else if (task.name !== "chain-sum")
      yield ["slips", `The task ${task.name} has no slips; chain-sum has them. Remove "slips", or use that task.`];
  }
  if ("general_share" in stage && stage.general_share > 0 && !general_task)
    yield [
      "reward_models" in stage ? "kind" : "general_share",
      'General examples and prompts come from the recipe\'s "general_task", which is missing. Add it, or set general_share to 0.',
    ];
  if (
    learnsFrom(stage, "samples") &&
    stage.general_share > 0 &&
    general_task?.name === "dataset" &&
    !hasCompletions(general_task)
  )
    yield [
      "general_share",
      "General examples need completions, which the general_task does not have. Set its completion_column, or set general_share to 0.",
    ];
  const made = "pairs" in stage ? stage.pairs > 0 : learnsFrom(stage, "samples") && stage.general_share > 0;
  if (made && general_task?.name === "unanswerable" && general_task.unanswerable_share === 1)
    yield [
      "pairs" in stage ? "pairs" : "general_share",
      "With unanswerable_share 1 of the general_task no prompt has an answer to prefer for its form: set it below 1.",
    ];
  if (learnsFrom(stage, "rewards") && "num_train_epochs" in stage && stage.num_train_epochs !== undefined) {
    if (task.name !== "dataset")
      yield ["num_train_epochs", `The task ${task.name} has no end of prompts: set steps instead.`];
    else if (stage.curriculum !== "none")
      yield ["num_train_epochs", "A curriculum draws prompts at random, not in epochs: set steps instead."];
  }
  if ("load_best_model_at_end" in stage) yield* bestComplaints(stage, evaluation.every);
  if ("metric_for_best_model" in stage && stage.metric_for_best_model === "eval/refusal" && !refuses(general_task))
    yield [
      "metric_for_best_model",
      'Refusals are measured on a "general_task" with the name "unanswerable". Add it, or use another metric.',
    ];
  if ("preference_steps" in stage && stage.preference_steps > stage.steps)
    yield [
      "preference_steps",
      `preference_steps (${stage.preference_steps}) is more than steps (${stage.steps}), whose last part it is: preferences then count from the first step on.`,
      "warning",
    ];
  if (!learnsFrom(stage, "pairs")) return;
  if (stage.pairs > 0 && general_task?.name !== "unanswerable")
    yield ["pairs", 'Pairs are made by a "general_task" with the name "unanswerable". Add it, or label pairs.'];
  if (stage.pairs === 0 && stage.labels.length === 0)
    yield ["kind", "There are no preferences to learn from: set pairs or labels."];
  for (const [index, file] of stage.labels.entries()) {
    const path = surroundings && resolveFrom(surroundings.folder, file);
    const problem = path === null ? null : surroundings!.fileProblem(path);
    if (problem !== null)
      yield [
        ["labels", index],
        surroundings!.exists(path!)
          ? `${problem} The path is relative to the recipe.`
          : `There is no file ${path} yet. Label Preferences writes it; the path is relative to the recipe.`,
        "warning",
      ];
  }
  if ("loss_type" in stage && stage.loss_type === "exo_pair" && stage.label_smoothing === 0)
    yield ["loss_type", 'With "exo_pair" label_smoothing must be above 0: at 0 the loss is infinite. 0.001 is usual.'];
  if ("desirable_weight" in stage && stage.loss_type !== "kto" && stage.loss_type !== "apo_zero_unpaired")
    for (const field of ["desirable_weight", "undesirable_weight"] as const)
      if (stage[field] !== 1)
        yield [field, `It has no effect with loss_type "${stage.loss_type}": pairs weigh both sides alike.`, "warning"];
}

export function* stageFindings(recipe: Recipe, surroundings: Surroundings | null): Generator<Finding> {
  const { stages } = recipe;
  const names = stages.map(({ name }) => name);
  for (const [index, stage] of stages.entries()) {
    const finding = ([field, message, severity = "error"]: Complaint): Finding => ({
      path: ["stages", index, ...(typeof field === "string" ? [field] : field)],
      message,
      severity,
    });
    if (names.indexOf(stage.name) < index)
      yield finding([
        "name",
        `Two stages are named "${stage.name}". Give each its own "name", which checkpoints and "from" use.`,
      ]);
    for (const reference of references(stage)) {
      const complaint = referenceComplaint(stages, index, reference);
      if (complaint) yield finding(complaint);
    }
    for (const complaint of complaints(recipe, stage, surroundings)) yield finding(complaint);
  }
}
