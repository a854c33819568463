/** Answers about pipelines: a recipe's stages with what a run made of them, their reports, and the evaluation of a checkpoint. */
import { existsSync } from "node:fs";
import { basename } from "node:path";
import type { ListRunsResult } from "../protocol/editor";
import type { Given, Handlers } from "../protocol/methods";
import type { Pipeline } from "../protocol/pipeline";
import { readRun } from "../runs/list-runs";
import { datasetPath } from "../runs/paths";
import { recipePipeline, runPipeline } from "../runs/read-pipeline";
import { readReport } from "../runs/reports";
import { readRecipe } from "../launch/read-recipe";
import { recordedPath } from "../launch/source-checkpoint";
import type { Launch } from "./launch";
import { folderOf, needTrust, touchesOf, type Workspace } from "./request-guards";
import { UserError } from "../shared/user-error";
import { pathOfUri } from "../files/path-of-uri";

export interface PipelineState extends Workspace {
  readonly launch: Launch;
  readonly runs: () => ListRunsResult;
}

type PipelineMethod = "readPipeline" | "readStageReport" | "datasetFile" | "evaluateCheckpoint";

export function pipelineMethods(state: PipelineState): Handlers<PipelineMethod> {
  const ofRecipe = (uri: string): Pipeline => {
    const file = pathOfUri(uri);
    const workspaceFolder = folderOf(state, file);
    if (!basename(file).endsWith(".lab.json")) throw new UserError(`${file} is not a recipe (*.lab.json).`);
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
  /** A name that the run has, so that it leads to no other file. */
  const knownStage = ({ folder, stage }: Given<"readStageReport">): void => {
    folderOf(state, folder);
    const { record, problem } = readRun(folder);
    if (record === null) throw new UserError(problem ?? `The run ${folder} cannot be read.`);
    if (!record.stages.some(({ name }) => name === stage)) throw new UserError(`${folder} has no stage ${stage}.`);
  };

  return {
    readPipeline: ({ folder, recipeUri }) => {
      if (folder !== null) return ofRun(folder);
      if (recipeUri !== null) return ofRecipe(recipeUri);
      throw new UserError("Name a run or a recipe to show its pipeline.");
    },
    readStageReport: (params) => {
      knownStage(params);
      return readReport(params.folder, params.stage);
    },
    datasetFile: (params) => {
      knownStage(params);
      const path = datasetPath(params.folder, params.stage);
      if (!existsSync(path))
        throw new UserError(`Stage ${params.stage} has no training set yet. Rejection sampling writes one.`);
      return path;
    },
    evaluateCheckpoint: async (request) => {
      folderOf(state, request.folder);
      needTrust(state, "An evaluation");
      const { folder } = await state.launch({ kind: "evaluate", ...request });
      return { folder };
    },
  };
}
