/** What a schema cannot say of a recipe: references to other stages, files and checkpoints, and numbers that must fit together. */
import { isHub } from "../shared/hub-name";
import { learnsFrom } from "../protocol/stage-kinds";
import { algorithmFindings } from "./check-algorithm";
import { stageFindings } from "./check-stages";
import { thinkingFindings } from "./check-thinking";
import { checkpointProblem, isMissingFromCache } from "./checkpoint-problem";
import { suggestion } from "./did-you-mean";
import { positionsProblem } from "./model-limits";
import { checkpointPath, resolveFrom } from "./resolve-from";
import type { Recipe } from "./schema";
import { hasCompletions, taskSettingFindings } from "./task-fields";
import type { Finding } from "./finding";
import type { Surroundings } from "./surroundings";

/** Parts of `FILE.reward.ts#EXPORT`. */
export function splitRewardReference(reference: string): { readonly file: string; readonly name: string } {
  const at = reference.lastIndexOf("#");
  return { file: reference.slice(0, at), name: reference.slice(at + 1) };
}

function* modelFindings({ model, stages }: Recipe, surroundings: Surroundings | null): Generator<Finding> {
  const error = (key: string, message: string): Finding => ({ path: ["model", key], message, severity: "error" });
  if ("checkpoint" in model) {
    const kwargs = Object.keys(model.chat_template_kwargs ?? {});
    if (kwargs.length > 0 && model.chat_template === false)
      yield error(
        "chat_template_kwargs",
        "These are variables of the chat template, which is not used: set chat_template to true.",
      );
    const own = kwargs.find((name) => name === "messages" || name === "add_generation_prompt");
    if (own !== undefined)
      yield error("chat_template_kwargs", `Each prompt sets "${own}" itself: remove it from chat_template_kwargs.`);
    if (!surroundings) return;
    const folder = checkpointPath(surroundings.folder, model.checkpoint);
    const problem = checkpointProblem(model.checkpoint, folder, surroundings);
    if (problem === null) return;
    const where = isHub(model.checkpoint) ? "" : " The path is relative to the recipe.";
    const found = error("checkpoint", `${problem}${where}`);
    yield isMissingFromCache(model.checkpoint, folder, surroundings)
      ? { ...found, missingModel: model.checkpoint }
      : found;
    return;
  }
  const heads = model.num_attention_heads;
  if (model.hidden_size % heads !== 0)
    yield error(
      "hidden_size",
      `hidden_size (${model.hidden_size}) must be a multiple of num_attention_heads (${heads}).`,
    );
  else if ((model.hidden_size / heads) % 2 !== 0)
    yield error(
      "hidden_size",
      `hidden_size / num_attention_heads (${model.hidden_size / heads}) must be even, because rotary positions work on pairs.`,
    );
  if (model.num_key_value_heads !== undefined && heads % model.num_key_value_heads !== 0)
    yield error(
      "num_key_value_heads",
      `num_key_value_heads (${model.num_key_value_heads}) must divide num_attention_heads (${heads}).`,
    );
  const positions = positionsProblem(model.max_position_embeddings, model.hidden_size / heads);
  if (positions !== null) yield error("max_position_embeddings", `max_position_embeddings: ${positions}.`);
  for (const [index, stage] of stages.entries())
    if ("max_completion_length" in stage && stage.max_completion_length >= model.max_position_embeddings)
      yield {
        path: ["stages", index, "max_completion_length"],
        message: `max_completion_length (${stage.max_completion_length}) leaves no room for the prompt: the model's max_position_embeddings is ${model.max_position_embeddings}.`,
        severity: "error",
      };
  const first = stages[0];
  if (first && learnsFrom(first, "rewards") && first.from === undefined)
    yield {
      path: ["stages", 0, "kind"],
      message:
        "This stage starts from a new model, which answers with noise that no reward can rank. Put a cold-start stage before it, or start from a checkpoint.",
      severity: "warning",
    };
}

function* rewardFindings({ rewards }: Recipe, surroundings: Surroundings | null): Generator<Finding> {
  const seen = new Set<string>();
  for (const [index, { function: reference }] of rewards.entries()) {
    const { file, name } = splitRewardReference(reference);
    const error = (message: string): Finding => ({ path: ["rewards", index, "function"], message, severity: "error" });
    if (seen.has(name))
      yield error(`Two rewards are named "${name}", which curves and traces show them by. Rename one of the exports.`);
    seen.add(name);
    if (!surroundings) continue;
    const path = resolveFrom(surroundings.folder, file);
    const names = surroundings.rewardNames(path);
    if (names === "unknown") continue;
    if (names === null) yield error(`There is no file ${path}. The path is relative to the recipe.`);
    else if (!names.includes(name))
      yield error(
        names.length === 0
          ? `${file} exports no reward. Write: export const ${name}: Reward = ({ completion, answer }) => …`
          : `${file} exports no reward "${name}".${suggestion(name, names)}`,
      );
  }
}

function* taskFindings(
  task: Recipe["task"],
  place: "task" | "general_task",
  surroundings: Surroundings | null,
): Generator<Finding> {
  const error = (key: string, message: string): Finding => ({ path: [place, key], message, severity: "error" });
  for (const { key, message } of taskSettingFindings(task)) yield error(key, message);
  if (task.name !== "dataset") return;
  if (!surroundings) return;
  for (const key of ["train", "held_out"] as const) {
    const file = task[key];
    if (file === undefined) continue;
    const problem = surroundings.fileProblem(resolveFrom(surroundings.folder, file));
    if (problem !== null) yield error(key, `${problem} The path is relative to the recipe.`);
  }
}

/** Whether a cold start asks a dataset for completions that it does not bring. */
const learnsWithoutCompletions = ({ task, stages }: Recipe): boolean =>
  task.name === "dataset" &&
  !hasCompletions(task) &&
  stages.some((stage) => stage.kind === "cold-start" && stage.examples_file === undefined);

export function* checkRecipe(recipe: Recipe, surroundings: Surroundings | null): Generator<Finding> {
  const { evaluation } = recipe;
  yield* taskFindings(recipe.task, "task", surroundings);
  if (recipe.general_task) yield* taskFindings(recipe.general_task, "general_task", surroundings);
  if (learnsWithoutCompletions(recipe))
    yield {
      path: ["task", "name"],
      message:
        recipe.task.name === "dataset" && recipe.task.format === "columns"
          ? "A cold start learns from correct completions: set completion_column, give the stage an examples_file, or leave it out."
          : "A cold start learns from correct completions, which files of this format do not have: give the stage an examples_file, or leave it out.",
      severity: "error",
    };
  if (evaluation.during_prompts > evaluation.prompts)
    yield {
      path: ["evaluation", "during_prompts"],
      message: `during_prompts (${evaluation.during_prompts}) is more than prompts (${evaluation.prompts}), of which they are part.`,
      severity: "error",
    };
  yield* modelFindings(recipe, surroundings);
  yield* stageFindings(recipe, surroundings);
  yield* algorithmFindings(recipe);
  yield* thinkingFindings(recipe);
  yield* rewardFindings(recipe, surroundings);
}
