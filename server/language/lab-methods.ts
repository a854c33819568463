/** The `lab/…` methods: runs, metrics, traces, rewards, projects. Parameters are parsed; an error is a sentence for people. */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { readText, sizeLimits } from "../files/workspace-file";
import * as methods from "../protocol/editor";
import type { ListRunsResult, ResumeRunResult } from "../protocol/editor";
import { isLive } from "../protocol/run";
import { rolloutPurposeSchema, traceFilterSchema } from "../protocol/traces";
import { parseRecipe } from "../recipes/parse";
import { readMetrics } from "../runs/metrics";
import { sendCommand } from "../runs/live-run";
import { readRecord, withLiveness } from "../runs/record";
import { openTraces } from "../runs/trace-reader";
import type { TraceReader } from "../runs/trace-reader";
import { createProject } from "../supervisor/create-project";
import { sampleFolder } from "../supervisor/installation";
import type { Launch } from "./launch";
import { folderOf, needTrust } from "./request-guards";
import type { RunHandlers, RunOptions } from "../supervisor/run";
import { ResumeChangesError } from "../supervisor/resume-changes";
import { scoreSamples } from "../supervisor/score";
import type { ScoreSamplesResult, VerifyTextResult } from "../protocol/editor";
import { verifyMath } from "../verifiers/maths/verify-math";
import { verdictReport } from "./verdict-report";

export interface LabState {
  readonly options: () => RunOptions;
  readonly trusted: () => boolean;
  readonly folders: () => readonly string[];
  readonly runs: () => ListRunsResult;
  readonly launch: Launch;
  /** Something about runs changed. */
  readonly changed: () => void;
  readonly handlers: RunHandlers;
  /** A reward was scored: lenses and errors show it. */
  readonly scored: (uri: string, name: string, result: ScoreSamplesResult) => void;
}

type Handler = (params: unknown) => unknown;

const run = z.object({ folder: z.string() });
const group = run.extend({
  stage: z.string(),
  step: z.int(),
  purpose: rolloutPurposeSchema,
  group: z.int(),
});
const page = { offset: z.int().nonnegative(), limit: z.int().positive().max(1000) };

/** Bytes of metrics in one answer, about a thousand steps: a run may have a hundred thousand. */
const metricsPart = 1 << 20;

/** Handlers by method name. */
export function labMethods(state: LabState): Readonly<Record<string, Handler>> {
  const knownRun = ({ folder }: { readonly folder: string }): string => {
    folderOf(state, folder);
    return folder;
  };
  const reading = <T>(folder: string, read: (traces: TraceReader) => T): T => {
    const traces = openTraces(folder);
    try {
      return read(traces);
    } finally {
      traces.close();
    }
  };
  return {
    [methods.listRuns]: () => state.runs(),
    [methods.startRun]: async (params) => {
      const { recipeUri, stage } = z.object({ recipeUri: z.string(), stage: z.string().nullable() }).parse(params);
      needTrust(state, "A run");
      const recipeFile = fileURLToPath(recipeUri);
      const workspaceFolder = folderOf(state, recipeFile);
      const { folder } = await state.launch({ kind: "start", workspaceFolder, recipeFile, stage, seed: null });
      return { folder };
    },
    [methods.resumeRun]: async (params): Promise<ResumeRunResult> => {
      const folder = knownRun(run.parse(params));
      const flags = z
        .object({ skipBatch: z.boolean().default(false), acceptChanges: z.boolean().default(false) })
        .parse(params);
      needTrust(state, "A run");
      try {
        return await state.launch({ kind: "resume", folder }, flags);
      } catch (error) {
        if (error instanceof ResumeChangesError) return { changes: error.changes };
        throw error;
      }
    },
    [methods.stopRun]: (params) => {
      const folder = knownRun(run.parse(params));
      const record = withLiveness(folder, readRecord(folder));
      if (!isLive(record)) throw new Error(`${folder} does not run.`);
      const token = record.process?.token;
      if (token === undefined)
        throw new Error(
          "This run was started by an earlier version. Stop it where it was started (Ctrl-C in its terminal).",
        );
      sendCommand(folder, token, { type: "stop" });
      return null;
    },
    [methods.readMetrics]: (params) => {
      const { cursor, ...target } = run.extend({ cursor: z.int().nonnegative() }).parse(params);
      return readMetrics(knownRun(target), cursor, metricsPart);
    },
    [methods.traceSteps]: (params) => reading(knownRun(run.parse(params)), (traces) => traces.steps()),
    [methods.traceGroups]: (params) => {
      const { filter, offset, limit, ...target } = run.extend({ filter: traceFilterSchema, ...page }).parse(params);
      return reading(knownRun(target), (traces) => traces.groups(filter, offset, limit));
    },
    [methods.traceGroup]: (params) => {
      const key = group.parse(params);
      return reading(knownRun(key), (traces) => traces.group(key));
    },
    [methods.traceTokens]: (params) => {
      const key = group.extend({ sample: z.int() }).parse(params);
      return reading(knownRun(key), (traces) => traces.tokens(key));
    },
    [methods.scoreSamples]: async (params) => {
      const reward = z.object({ uri: z.string(), export: z.string() }).parse(params);
      needTrust(state, "Scoring");
      const file = fileURLToPath(reward.uri);
      const { installation, nodePath } = state.options();
      const result = await scoreSamples({
        workspaceFolder: folderOf(state, file),
        file,
        export: reward.export,
        installation,
        nodePath,
        log: (text) => state.handlers.log?.("info", text),
      });
      state.scored(reward.uri, reward.export, result);
      return result;
    },
    [methods.verifyText]: (params): VerifyTextResult => {
      const { text, answer } = z.object({ text: z.string(), answer: z.string() }).parse(params);
      const verdict = verifyMath(text, answer);
      return { score: verdict.score, report: verdictReport(text, answer, verdict) };
    },
    [methods.newProject]: (params) => {
      const { folder } = z.object({ folder: z.string() }).parse(params);
      return { recipe: createProject(sampleFolder(state.options().installation), resolve(folder)) };
    },
    [methods.recipeStages]: (params) => {
      const { recipeUri } = z.object({ recipeUri: z.string() }).parse(params);
      const { recipe, problems } = parseRecipe(readText(fileURLToPath(recipeUri), sizeLimits.recipe));
      if (!recipe)
        throw new Error(`The recipe has an error in line ${problems[0]?.line ?? 1}: ${problems[0]?.message ?? ""}`);
      return recipe.stages.map(({ name, kind }) => ({ name, kind }));
    },
  };
}
