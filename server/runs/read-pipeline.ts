/** A recipe's stages as a graph, with what a run made of them. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { RunEntry } from "../protocol/editor";
import type { Pipeline, PipelineStage, StageSource } from "../protocol/pipeline";
import type { StageReport } from "../protocol/reports";
import { endingText, type StageRecord } from "../protocol/run";
import { recipeSchema, type ModelSpec, type Recipe } from "../recipes/schema";
import { stageSources } from "../recipes/source-stage";
import type { StageSpec } from "../recipes/stages";
import { amount } from "../shared/amount";
import { givenCheckpoint } from "./given-checkpoint";
import { checkpointsFolder, datasetPath } from "./paths";
import { readReport } from "./reports";
import { messageOf, UserError } from "../shared/user-error";

function sourcesOf(recipe: Recipe, stage: StageSpec, record: StageRecord | null): StageSource[] {
  return stageSources(recipe, stage).map((source) => ({
    ...source,
    checkpoint:
      (source.stage === null ? null : record?.sources[source.stage]) ??
      (source.role === "start" ? (record?.from ?? null) : null),
  }));
}

export function modelText(model: ModelSpec): string {
  if ("checkpoint" in model) return model.checkpoint;
  return `new model, ${model.num_hidden_layers} layers of ${model.hidden_size}`;
}

/** Of all stages where there is no run; else of the run's and what these build on. */
function shownStages(recipe: Recipe, records: readonly StageRecord[] | null): readonly StageSpec[] {
  if (records === null) return recipe.stages;
  const names = new Set<string>();
  const add = (name: string): void => {
    const stage = recipe.stages.find((each) => each.name === name);
    if (!stage || names.has(name)) return;
    names.add(name);
    for (const source of stageSources(recipe, stage)) if (source.stage !== null) add(source.stage);
  };
  for (const { name } of records) add(name);
  return recipe.stages.filter(({ name }) => names.has(name));
}

const share = (value: number | null): string => (value === null ? "–" : value.toFixed(3));

/** Of a reward model that learnt from labels and from made pairs, what it makes of the labels. */
const labelledText = (part: { readonly accuracy: number | null; readonly count: number } | null): string =>
  part === null || part.count === 0 ? "" : `, of ${part.count} labelled ${share(part.accuracy)}`;

/** What a report says first, in a few words. */
export function findingText(report: StageReport): string {
  switch (report.kind) {
    case "filter":
      return `kept ${amount(report.report.kept)} of ${amount(report.report.given)} examples`;
    case "held-out-rows":
      return `${amount(report.leftOut.length)} rows with held-out prompts`;
    case "rejection-sampling":
      return `kept ${amount(report.report.kept)} of ${amount(report.report.given)} samples`;
    case "reward-model":
      return report.report.pairs === 0
        ? "no held-out pairs"
        : `accuracy ${share(report.report.accuracy)} of ${amount(report.report.pairs)} pairs${labelledText(report.labelled?.heldOut ?? null)}`;
    case "dpo":
      return report.measured === null
        ? "no held-out pairs"
        : `accuracy ${share(report.measured["eval/accuracy"] ?? null)} of ${amount(report.heldOut)} pairs`;
    case "evaluation": {
      const { best_of_k: best, k } = report.report.all;
      return best === null
        ? `${amount(report.report.all.prompts)} prompts`
        : `best of ${k} by ${report.best_of} ${share(best.mean)}`;
    }
  }
}

/** The pipeline of a recipe before any run. `recipeFile`: relative to the workspace folder, with `/`. */
export const recipePipeline = (recipe: Recipe, workspaceFolder: string, recipeFile: string): Pipeline => ({
  name: recipe.name,
  workspaceFolder,
  recipeFile,
  model: modelText(recipe.model),
  run: null,
  progress: null,
  problem: null,
  stages: recipe.stages.map((stage) => ({
    name: stage.name,
    kind: stage.kind,
    sources: sourcesOf(recipe, stage, null),
    record: null,
    checkpoint: null,
    finding: null,
    dataset: false,
  })),
});

/** The pipeline of a run. Throws an Error with a sentence for people when its record cannot be read. */
export function runPipeline({ folder, workspaceFolder, record, problem, checkpoints, progress }: RunEntry): Pipeline {
  if (record === null) throw new UserError(problem ?? `The run ${folder} cannot be read.`);
  const problems: string[] = [];
  const resultsOf = (name: string): Pick<PipelineStage, "checkpoint" | "finding" | "dataset"> => {
    const path = givenCheckpoint(folder, record, name);
    const given = path === null ? undefined : checkpoints.find((checkpoint) => checkpoint.name === basename(path));
    let finding: string | null = null;
    try {
      const report = readReport(folder, name);
      finding = report && findingText(report);
    } catch (error) {
      problems.push(messageOf(error));
    }
    return {
      checkpoint: given
        ? {
            name: given.name,
            step: given.step,
            card: existsSync(join(checkpointsFolder(folder), given.name, "README.md")),
          }
        : null,
      finding,
      dataset: existsSync(datasetPath(folder, name)),
    };
  };
  const recordOf = (name: string): StageRecord | null => record.stages.find((stage) => stage.name === name) ?? null;
  const parsed = recipeSchema.safeParse(record.recipe);
  if (!parsed.success)
    problems.push(
      "This run was made by another version of Reasoning Lab, so it is not known what its stages build on.",
    );
  const stages: PipelineStage[] = parsed.success
    ? shownStages(parsed.data, record.stages).map((stage) => {
        const own = recordOf(stage.name);
        const sources = sourcesOf(parsed.data, stage, own);
        return { name: stage.name, kind: stage.kind, sources, record: own, ...resultsOf(stage.name) };
      })
    : record.stages.map((own) => ({
        name: own.name,
        kind: own.kind,
        sources: [],
        record: own,
        ...resultsOf(own.name),
      }));
  return {
    name: record.name,
    workspaceFolder,
    recipeFile: record.recipeFile,
    model: parsed.success ? modelText(parsed.data.model) : "the recipe's model",
    run: { folder, status: record.status, message: endingText(record) },
    progress,
    stages,
    problem: problems.length === 0 ? null : problems.join(" "),
  };
}
