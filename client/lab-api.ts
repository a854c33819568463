/** The language server's `lab/…` methods as typed functions, and its notifications as events. */
import * as vscode from "vscode";
import {
  cleanUp,
  cleanUpPlan,
  type CleanUpParams,
  type CleanUpPlanResult,
  type CleanUpResult,
} from "../server/protocol/clean-up";
import { NotificationType, NotificationType0 } from "vscode-languageclient/node";
import type { LanguageClient } from "vscode-languageclient/node";
import { behaviourExamples, readBehaviours } from "../server/protocol/behaviours";
import { giveLabel, readLabelState, undoLabel } from "../server/protocol/labels";
import * as methods from "../server/protocol/editor";
import type {
  CompareOffersParams,
  CompareOffersResult,
  CompareParams,
  CompareProgress,
  CompareResult,
  EngineStatusResult,
  ForkParams,
  ForkPlanResult,
  ForkPointsResult,
  ListRunsResult,
  NewProjectParams,
  NewProjectResult,
  RecipeStagesParams,
  RecipeStagesResult,
  RemoveEnginesResult,
  ResumeRunParams,
  ResumeRunResult,
  RunParams,
  ScoreSamplesParams,
  ScoreSamplesResult,
  SetUpEngineParams,
  SetUpEngineResult,
  StartRunParams,
  StartRunResult,
  VerifyTextParams,
  VerifyTextResult,
} from "../server/protocol/editor";
import * as pipeline from "../server/protocol/pipeline";
import type { SetupProgress } from "../server/protocol/engine";
import type { PanelApi } from "./webview/panel";

export interface LabApi extends PanelApi {
  startRun(params: StartRunParams): Promise<StartRunResult>;
  stopRun(params: RunParams): Promise<null>;
  resumeRun(params: ResumeRunParams): Promise<ResumeRunResult>;
  /** Path of the file. */
  datasetFile(params: pipeline.ReadStageReportParams): Promise<string>;
  evaluateCheckpoint(params: pipeline.EvaluateCheckpointParams): Promise<StartRunResult>;
  cleanUpPlan(): Promise<CleanUpPlanResult>;
  cleanUp(params: CleanUpParams): Promise<CleanUpResult>;
  forkPoints(params: RunParams): Promise<ForkPointsResult>;
  forkPlan(params: ForkParams): Promise<ForkPlanResult>;
  forkRun(params: ForkParams): Promise<StartRunResult>;
  scoreSamples(params: ScoreSamplesParams): Promise<ScoreSamplesResult>;
  verifyText(params: VerifyTextParams): Promise<VerifyTextResult>;
  newProject(params: NewProjectParams): Promise<NewProjectResult>;
  recipeStages(params: RecipeStagesParams): Promise<RecipeStagesResult>;
  compareOffers(params: CompareOffersParams): Promise<CompareOffersResult>;
  /** Tells which run begins until all are over. */
  compare(
    params: CompareParams,
    token: vscode.CancellationToken,
    progress: (progress: CompareProgress) => void,
  ): Promise<CompareResult>;
  engineStatus(): Promise<EngineStatusResult>;
  /** Tells how far it is until it has ended. */
  setUpEngine(
    params: SetUpEngineParams,
    token: vscode.CancellationToken,
    progress: (progress: SetupProgress) => void,
  ): Promise<SetUpEngineResult>;
  removeEngines(): Promise<RemoveEnginesResult>;
}

/** Requests that are sent before the server runs wait for it. */
export function createLabApi(client: LanguageClient, context: vscode.ExtensionContext): LabApi {
  const changed = new vscode.EventEmitter<void>();
  context.subscriptions.push(
    changed,
    client.onNotification(new NotificationType0(methods.runsChanged), () => changed.fire()),
  );
  const request =
    <Result>(method: string) =>
    (params: object): Promise<Result> =>
      client.sendRequest<Result>(method, params);
  return {
    onRunsChanged: changed.event,
    listRuns: () => client.sendRequest<ListRunsResult>(methods.listRuns),
    readMetrics: request(methods.readMetrics),
    traceSteps: request(methods.traceSteps),
    traceGroups: request(methods.traceGroups),
    traceGroup: request(methods.traceGroup),
    traceTokens: request(methods.traceTokens),
    readBehaviours: request(readBehaviours),
    readLabelState: request(readLabelState),
    giveLabel: request(giveLabel),
    undoLabel: request(undoLabel),
    behaviourExamples: request(behaviourExamples),
    readPipeline: request(pipeline.readPipeline),
    readStageReport: request(pipeline.readStageReport),
    datasetFile: request(pipeline.datasetFile),
    evaluateCheckpoint: request(pipeline.evaluateCheckpoint),
    startRun: request(methods.startRun),
    stopRun: request(methods.stopRun),
    resumeRun: request(methods.resumeRun),
    cleanUpPlan: () => client.sendRequest<CleanUpPlanResult>(cleanUpPlan),
    cleanUp: request(cleanUp),
    forkPoints: request(methods.forkPoints),
    forkPlan: request(methods.forkPlan),
    forkRun: request(methods.forkRun),
    scoreSamples: request(methods.scoreSamples),
    verifyText: request(methods.verifyText),
    newProject: request(methods.newProject),
    recipeStages: request(methods.recipeStages),
    compareOffers: request(methods.compareOffers),
    async compare(params, token, progress) {
      const told = client.onNotification(new NotificationType<CompareProgress>(methods.compareProgress), progress);
      try {
        return await client.sendRequest<CompareResult>(methods.compare, params, token);
      } finally {
        told.dispose();
      }
    },
    engineStatus: () => client.sendRequest<EngineStatusResult>(methods.engineStatus),
    async setUpEngine(params, token, progress) {
      const told = client.onNotification(new NotificationType<SetupProgress>(methods.setupProgress), progress);
      try {
        return await client.sendRequest<SetUpEngineResult>(methods.setUpEngine, params, token);
      } finally {
        told.dispose();
      }
    },
    removeEngines: () => client.sendRequest<RemoveEnginesResult>(methods.removeEngines),
  };
}
