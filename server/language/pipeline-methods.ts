/** The `lab/pipeline/…` methods: a recipe's stages with what a run made of them, their reports, and the evaluation of a checkpoint. */
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import type { ListRunsResult, StartRunResult } from "../protocol/editor";
import {
  datasetFile,
  evaluateCheckpoint,
  readPipeline,
  readStageReport,
  type Pipeline,
  type ReadPipelineParams,
} from "../protocol/pipeline";
import type { StageReport } from "../protocol/reports";
import { readRun } from "../runs/list-runs";
import { datasetPath } from "../runs/paths";
import { recipePipeline, runPipeline } from "../runs/read-pipeline";
import { readReport } from "../runs/reports";
import { readRecipe } from "../supervisor/read-recipe";
import { recordedPath } from "../supervisor/source-checkpoint";
import type { Launch } from "./launch";
import { folderOf, needTrust, touchesOf, type Workspace } from "./request-guards";

export interface PipelineState extends Workspace {
  readonly launch: Launch;
  readonly runs: () => ListRunsResult;
}

type Handler = (params: unknown) => unknown;

const stageParams = z.object({ folder: z.string(), stage: z.string() });
const evaluateParams = z.object({
  folder: z.string(),
  checkpoint: z.string().nullable(),
  samples: z.int().positive().nullable(),
});
const pipelineParams: z.ZodType<ReadPipelineParams> = z.object({
  folder: z.string().nullable(),
  recipeUri: z.string().nullable(),
});

/** Handlers by method name. */
export function pipelineMethods(state: PipelineState): Readonly<Record<string, Handler>> {
  const ofRecipe = (uri: string): Pipeline => {
    const file = fileURLToPath(uri);
    const workspaceFolder = folderOf(state, file);
    if (!basename(file).endsWith(".lab.json")) throw new Error(`${file} is not a recipe (*.lab.json).`);
    return recipePipeline(
      readRecipe(file, touchesOf(state)).recipe,
      workspaceFolder,
      recordedPath(workspaceFolder, file),
    );
  };
  const ofRun = (folder: string): Pipeline => {
    folderOf(state, folder);
    // Of a run that this server supervises the list also knows how far it is.
    return runPipeline(state.runs().find((run) => run.folder === folder) ?? readRun(folder));
  };
  /** Parameters that name a stage of a run: a name that the run has, so that it leads to no other file. */
  const knownStage = (params: unknown): z.infer<typeof stageParams> => {
    const { folder, stage } = stageParams.parse(params);
    folderOf(state, folder);
    const { record, problem } = readRun(folder);
    if (record === null) throw new Error(problem ?? `The run ${folder} cannot be read.`);
    if (!record.stages.some(({ name }) => name === stage)) throw new Error(`${folder} has no stage ${stage}.`);
    return { folder, stage };
  };

  return {
    [readPipeline]: (params): Pipeline => {
      const { folder, recipeUri } = pipelineParams.parse(params);
      if (folder !== null) return ofRun(folder);
      if (recipeUri !== null) return ofRecipe(recipeUri);
      throw new Error("A pipeline is of a run or of a recipe: neither was named.");
    },
    [readStageReport]: (params): StageReport | null => {
      const { folder, stage } = knownStage(params);
      return readReport(folder, stage);
    },
    [datasetFile]: (params): string => {
      const { folder, stage } = knownStage(params);
      const path = datasetPath(folder, stage);
      if (!existsSync(path))
        throw new Error(`Stage ${stage} has no training set of its own yet: rejection sampling writes one.`);
      return path;
    },
    [evaluateCheckpoint]: async (params): Promise<StartRunResult> => {
      const request = evaluateParams.parse(params);
      folderOf(state, request.folder);
      needTrust(state, "An evaluation");
      const { folder } = await state.launch({ kind: "evaluate", ...request });
      return { folder };
    },
  };
}
