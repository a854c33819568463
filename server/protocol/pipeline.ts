/** The pipeline view: a recipe's stages as a graph, with what a run made of them. Pulled by the page, a whole view at a time. */
import * as z from "zod";
import { runStatusSchema, stageRecordSchema } from "./run";
import { stageKindSchema } from "./stage-kinds";
import { progressSchema } from "./trainer";

/** What a stage takes from another: the policy it starts from, the policy that it samples, a reward model. */
export const sourceRoleSchema = z.enum(["start", "samples", "reward"]);
export type SourceRole = z.infer<typeof sourceRoleSchema>;

const stageSourceSchema = z.object({
  role: sourceRoleSchema,
  /** Stage; null: the recipe's model. */
  stage: z.string().nullable(),
  /** Checkpoint of another run in its place, relative to the workspace folder; null: none. */
  checkpoint: z.string().nullable(),
});
export type StageSource = z.infer<typeof stageSourceSchema>;

const pipelineStageSchema = z.object({
  name: z.string(),
  kind: stageKindSchema,
  sources: z.array(stageSourceSchema).readonly(),
  /** As the run has it; null: it is no part of the run, or there is no run. */
  record: stageRecordSchema.nullable(),
  /** What it gives to the stages that build on it: its newest, or its best where the recipe says so. `card`: it has a model card. */
  checkpoint: z.object({ name: z.string(), step: z.int(), card: z.boolean() }).nullable(),
  /** What its report says first; null: it has none yet. */
  finding: z.string().nullable(),
  /** Whether its training set can be exported. */
  dataset: z.boolean(),
});
export type PipelineStage = z.infer<typeof pipelineStageSchema>;

export const pipelineSchema = z.object({
  /** Of the recipe. */
  name: z.string(),
  workspaceFolder: z.string(),
  /** Relative to the workspace folder, with `/`. */
  recipeFile: z.string(),
  /** The recipe's model in a few words. */
  model: z.string(),
  /** Null: the recipe alone, before any run. */
  run: z.object({ folder: z.string(), status: runStatusSchema, message: z.string().nullable() }).nullable(),
  progress: progressSchema.nullable(),
  /** In the recipe's order; of a run of some stages these and what they build on. */
  stages: z.array(pipelineStageSchema).readonly(),
  /** Why the view is not whole. */
  problem: z.string().nullable(),
});
export type Pipeline = z.infer<typeof pipelineSchema>;
