/** Answers about runs, metrics, traces, rewards and projects. An error is a sentence for people. */
import { resolve } from "node:path";
import { readText, sizeLimits } from "../files/workspace-file";
import type { ListRunsResult, ScoreSamplesResult } from "../protocol/editor";
import type { Handlers } from "../protocol/methods";
import { isLive } from "../protocol/run";
import type { AnswerOf, ParamsOf, TraceQuestion } from "../protocol/trace-questions";
import { parseRecipe } from "../recipes/parse";
import { keptFile, keptVersions } from "../runs/kept-rewards";
import { readDrawing } from "../runs/live-drawing";
import { sendCommand } from "../runs/live-run";
import { readRecord, withLiveness } from "../runs/record";
import { createProject } from "../launch/create-project";
import { sampleFolder } from "../processes/installation";
import type { TraceAsker } from "./ask-traces";
import type { Launch } from "./launch";
import { folderOf, needTrust } from "./request-guards";
import type { RunHandlers, RunOptions } from "../launch/run";
import { ResumeChangesError } from "../launch/resume-changes";
import { scoreSamples } from "../scoring/score";
import { verifyMath } from "../verifiers/maths/verify-math";
import { verdictReport } from "./verdict-report";
import { UserError } from "../shared/user-error";
import { pathOfUri } from "../files/path-of-uri";

export interface LabState {
  readonly options: () => RunOptions;
  readonly trusted: () => boolean;
  readonly folders: () => readonly string[];
  readonly runs: () => ListRunsResult;
  readonly launch: Launch;
  readonly handlers: RunHandlers;
  readonly traces: TraceAsker;
  /** Folder of the store of a file of another tool that a person opened; undefined: it is none. */
  readonly storeOf: (file: string) => string | undefined;
  /** A reward was scored: lenses and errors show it. */
  readonly scored: (uri: string, name: string, result: ScoreSamplesResult) => void;
}

type LabMethod =
  | "listRuns"
  | "startRun"
  | "resumeRun"
  | "stopRun"
  | "readDrawing"
  | "traceSteps"
  | "traceGroups"
  | "traceGroup"
  | "traceTimeline"
  | "traceMatches"
  | "traceRewards"
  | "traceTokens"
  | "whatIf"
  | "promptHistory"
  | "promptTokens"
  | "verdictSteps"
  | "rolloutText"
  | "readRewardVersions"
  | "readKeptReward"
  | "scoreSamples"
  | "verifyText"
  | "newProject"
  | "recipeStages";

export function labMethods(state: LabState): Handlers<LabMethod> {
  const knownRun = ({ folder }: { readonly folder: string }): string => {
    folderOf(state, folder);
    return folder;
  };
  const { traces } = state;
  const askedOfTraces =
    <Q extends TraceQuestion>(question: Q) =>
    (params: ParamsOf<Q>): Promise<AnswerOf<Q>> => {
      const store = state.storeOf(params.folder);
      if (store !== undefined) return traces.ask(question, { ...params, folder: store });
      knownRun(params);
      return traces.ask(question, params);
    };
  return {
    listRuns: () => state.runs(),
    startRun: async ({ recipeUri, stage }) => {
      needTrust(state, "A run");
      const recipeFile = pathOfUri(recipeUri);
      const workspaceFolder = folderOf(state, recipeFile);
      const { folder } = await state.launch({ kind: "start", workspaceFolder, recipeFile, stage, seed: null });
      return { folder };
    },
    resumeRun: async ({ folder, ...flags }) => {
      folderOf(state, folder);
      needTrust(state, "A run");
      try {
        return await state.launch({ kind: "resume", folder }, flags);
      } catch (error) {
        if (error instanceof ResumeChangesError) return { changes: error.changes };
        throw error;
      }
    },
    stopRun: (params) => {
      const folder = knownRun(params);
      const record = withLiveness(folder, readRecord(folder));
      if (!isLive(record)) throw new UserError(`${folder} is not running.`);
      const token = record.process?.token;
      if (token === undefined)
        throw new UserError(
          "This run was started by an earlier version. Stop it where it was started (Ctrl-C in its terminal).",
        );
      sendCommand(folder, token, { type: "stop" });
      return null;
    },
    readDrawing: (params) => {
      const folder = knownRun(params);
      const record = withLiveness(folder, readRecord(folder));
      return isLive(record) ? readDrawing(folder, record.process?.token) : null;
    },
    traceSteps: askedOfTraces("steps"),
    traceGroups: askedOfTraces("groups"),
    traceTimeline: askedOfTraces("timeline"),
    traceMatches: askedOfTraces("matches"),
    traceRewards: askedOfTraces("rewardNames"),
    traceGroup: askedOfTraces("group"),
    traceTokens: askedOfTraces("tokens"),
    whatIf: askedOfTraces("whatIf"),
    promptHistory: askedOfTraces("promptHistory"),
    promptTokens: askedOfTraces("promptTokens"),
    verdictSteps: (params) =>
      askedOfTraces("verdictSteps")({ ...params, programs: state.trusted(), nodePath: state.options().nodePath }),
    rolloutText: askedOfTraces("rolloutText"),
    readRewardVersions: (params) => keptVersions(knownRun(params)),
    readKeptReward: ({ hash, ...target }) => ({ text: keptFile(knownRun(target), hash) }),
    scoreSamples: async (reward) => {
      needTrust(state, "Scoring");
      const file = pathOfUri(reward.uri);
      const { installation, nodePath } = state.options();
      const result = await scoreSamples({
        workspaceFolder: folderOf(state, file),
        file,
        export: reward.export,
        installation,
        nodePath,
        log: (text) => state.handlers.log?.("info", text),
        samples: (folder, { prompts }) => traces.ask("storedSamples", { folder, prompts }),
      });
      state.scored(reward.uri, reward.export, result);
      return result;
    },
    verifyText: ({ text, answer }) => {
      const verdict = verifyMath(text, answer);
      return { score: verdict.score, report: verdictReport(text, answer, verdict) };
    },
    newProject: ({ folder, sample }) => ({
      recipe: createProject(sampleFolder(state.options().installation, sample), resolve(folder)),
    }),
    recipeStages: ({ recipeUri }) => {
      const { recipe, problems } = parseRecipe(readText(pathOfUri(recipeUri), sizeLimits.recipe));
      if (!recipe)
        throw new UserError(`The recipe has an error in line ${problems[0]?.line ?? 1}: ${problems[0]?.message ?? ""}`);
      return recipe.stages.map(({ name, kind }) => ({ name, kind }));
    },
  };
}
