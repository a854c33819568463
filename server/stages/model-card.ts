/** The model card beside a checkpoint: what was trained on what, what it reaches with intervals, and where that ends. Markdown, `README.md` as model hubs have it. */
import { parameterCount, type Policy } from "../models/policy";
import type { EvaluationSummary, RunRecord, StageRecord } from "../protocol/run";
import type { Recipe } from "../recipes/schema";
import { sourceStages } from "../recipes/source-stage";
import { stageSchema, type StageSpec } from "../recipes/stages";
import { amount } from "../shared/amount";
import { markdownTable } from "../shared/markdown-table";
import type { StageContext } from "./context";

/** Writes the card of the stage's newest checkpoint. */
export function writeModelCard({ run, recipe }: StageContext, stage: StageSpec, policy: Policy): void {
  run.saveModelCard(stage.name, modelCard(run.record, recipe, stage, policy));
}

const three = (value: number | null | undefined): string => (value == null ? "–" : value.toFixed(3));

const withInterval = (summary: EvaluationSummary, name: "pass_at_1" | "pass_at_k" | "maj_at_k" | "greedy"): string => {
  const interval = summary.intervals[name];
  return three(summary[name]) + (interval ? ` [${three(interval[0])}, ${three(interval[1])}]` : "");
};

/** pass@k over k of the stages that were measured with as many samples as the last. */
function passCurves(measured: readonly { readonly name: string; readonly after: EvaluationSummary }[]): string[] {
  const ks = measured.at(-1)?.after.pass_at.map(({ k }) => k) ?? [];
  if (ks.length < 3) return [];
  const rows = measured.flatMap(({ name, after: { pass_at } }) =>
    pass_at.length === ks.length && pass_at.at(-1)!.k === ks.at(-1)
      ? [[name, ...pass_at.map(({ mean }) => three(mean))]]
      : [],
  );
  return [markdownTable([["pass@k, k =", ...ks.map(String)], ...rows])];
}

/** The stage and all that it builds on, directly or not, in the recipe's order. */
function lineage(recipe: Recipe, stage: StageSpec): StageSpec[] {
  const names = new Set<string>();
  const visit = (each: StageSpec): void => {
    if (names.has(each.name)) return;
    names.add(each.name);
    for (const source of sourceStages(recipe, each)) {
      const found = recipe.stages.find(({ name }) => name === source);
      if (found) visit(found);
    }
  };
  visit(stage);
  return recipe.stages.filter(({ name }) => names.has(name));
}

/** Settings of a stage that are not the defaults of its kind, and always how long and how fast it learned. */
function settings(stage: StageSpec): string {
  const { kind } = stage;
  const usual = new Map<string, unknown>(
    Object.entries(
      stageSchema.parse(kind === "preference-rl" ? { kind, reward_models: [{ stage: "none" }] } : { kind }),
    ),
  );
  const told = Object.entries(stage).filter(
    ([key, value]) =>
      !["kind", "name", "steps"].includes(key) &&
      (["learning_rate", "batch_size", "num_generations"].includes(key) ||
        JSON.stringify(value) !== JSON.stringify(usual.get(key))),
  );
  return told.map(([key, value]) => `${key} ${typeof value === "string" ? value : JSON.stringify(value)}`).join(", ");
}

/** Architecture and size, and what it began as. */
function modelLine({ model }: Recipe, policy: Policy): string {
  const { model_type, num_hidden_layers, hidden_size, num_attention_heads, vocab_size } = policy.config;
  const began = "checkpoint" in model ? `began as the checkpoint \`${model.checkpoint}\`` : "began from random weights";
  const adapter = policy.adapter
    ? `This folder is a LoRA adapter of rank ${policy.adapter.settings.rank} for that checkpoint, which \`peft\` loads.`
    : "This folder is what `transformers` loads.";
  return (
    `Model: ${model_type}, ${amount(parameterCount(policy))} parameters (${num_hidden_layers} layers of ${hidden_size}, ` +
    `${num_attention_heads} heads, a vocabulary of ${amount(vocab_size)}); ${began}. ${adapter}`
  );
}

export function modelCard(record: RunRecord, recipe: Recipe, stage: StageSpec, policy: Policy): string {
  const stages = lineage(recipe, stage);
  const recordOf = ({ name }: StageSpec): StageRecord | undefined => record.stages.find((each) => each.name === name);
  const measured = stages.flatMap((each) => {
    const found = recordOf(each);
    return found?.after ? [{ name: each.name, after: found.after, before: found.before, seconds: found.seconds }] : [];
  });
  const samples = measured.at(-1)?.after.samples ?? recipe.evaluation.samples;
  const evaluated = measured.at(-1)?.after;
  return `${[
    `# ${recipe.name}, stage ${stage.name}`,
    `Made by Reasoning Lab ${record.versions["reasoning-lab"] ?? ""} in the run \`${record.id}\` of ${record.created}, from \`${record.recipeFile}\`, ` +
      `seed ${record.seed}, engine ${record.engine.name}.${record.parent ? ` Forked from \`${record.parent.checkpoint}\` of the run \`${record.parent.run}\`${record.parent.changes.map((change) => `, ${change}`).join("")}.` : ""}`,
    modelLine(recipe, policy),
    "## Held-out results",
    evaluated
      ? `${evaluated.prompts} prompts that no stage trained on, set apart by a hash of their text; ${samples} samples each at temperature ${recipe.evaluation.temperature}${recipe.evaluation.top_p < 1 ? `, top-p ${recipe.evaluation.top_p}` : ""}; in brackets 95 % bootstrap intervals over prompts.`
      : "None.",
    markdownTable(
      [
        [
          "stage",
          "pass@1",
          `pass@${samples}`,
          `maj@${samples}`,
          "greedy",
          "tokens",
          "thinking",
          "refusals right / wrong",
        ],
        ...measured.map(({ name, after }) => [
          name,
          withInterval(after, "pass_at_1"),
          withInterval(after, "pass_at_k"),
          withInterval(after, "maj_at_k"),
          withInterval(after, "greedy"),
          after.mean_length.toFixed(1),
          after.thinking_length?.toFixed(1) ?? "–",
          after.refusal === null ? "–" : `${three(after.refusal)} / ${three(after.wrong_refusal)}`,
        ]),
      ],
      ["tokens", "thinking"],
    ),
    ...passCurves(measured),
    "pass@1 that rises while pass@k stays is sharpening: the ability was there before. Both rising is new ability.",
    "## How it was trained",
    stages
      .map((each) => {
        const found = recordOf(each);
        const notes = [...(found?.notes ?? []), ...Object.values(found?.remarks ?? {})]
          .map((note) => `\n  - ${note}`)
          .join("");
        return `- **${each.name}** (${each.kind}, ${found?.step ?? 0} steps, ${Math.round(found?.seconds ?? 0)} s): ${settings(each)}${notes}`;
      })
      .join("\n"),
    `Rewards: ${recipe.rewards.map(({ function: reference, weight }) => `\`${reference}\` × ${weight}`).join(", ")}.`,
    "## Data",
    `Task \`${recipe.task.name}\`${recipe.general_task ? `, general task \`${recipe.general_task.name}\`` : ""}. SHA-256 of what went in:`,
    markdownTable([
      ["what", "SHA-256"],
      [record.recipeFile, `\`${record.hashes.recipe}\``],
      ...Object.entries({ ...record.hashes.rewards, ...record.hashes.data }).map(([name, hash]) => [
        name,
        `\`${hash}\``,
      ]),
    ]),
    "## Limits",
    [
      "- Held-out prompts are of the task that it was trained on: the numbers say nothing of other tasks.",
      "- One run with one seed: intervals are over prompts, not over trainings.",
      ...(recipe.general_task
        ? ["- Refusals are of prompts that the general task makes; other unanswerable questions were not tried."]
        : []),
      ...(stage.kind === "preference-rl"
        ? ["- Reward models can be pleased without being right: read rollouts before trusting their means."]
        : []),
      ...record.accepted.map(
        ({ time, changes }) => `- The run was resumed on ${time} although something had changed: ${changes.join(" ")}`,
      ),
    ].join("\n"),
  ].join("\n\n")}\n`;
}
