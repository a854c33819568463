/** Answers what a page asks, through the language server. */
import { isAbsolute, relative, resolve, sep } from "node:path";
import type {
  ListRunsResult,
  ReadMetricsParams,
  ReadMetricsResult,
  RunParams,
  TraceGroupParams,
  TraceGroupResult,
  TraceGroupsParams,
  TraceGroupsResult,
  TraceStepsResult,
  TraceTokensParams,
  TraceTokensResult,
} from "../../server/protocol/editor";
import type {
  BehaviourExamplesParams,
  BehaviourExamplesResult,
  ReadBehavioursParams,
  ReadBehavioursResult,
} from "../../server/protocol/behaviours";
import type { GiveLabelParams, LabelState, ReadLabelStateParams } from "../../server/protocol/labels";
import type { Pipeline, ReadPipelineParams, ReadStageReportParams } from "../../server/protocol/pipeline";
import type { StageReport } from "../../server/protocol/reports";
import type { TraceFilter } from "../../server/protocol/traces";
import type { PageRequest, PageResults, RolloutPlace, StageResult } from "../../server/protocol/webviews";

/** The part of the language server that pages read from. */
export interface RunReader {
  listRuns(): Promise<ListRunsResult>;
  readMetrics(params: ReadMetricsParams): Promise<ReadMetricsResult>;
  traceSteps(params: RunParams): Promise<TraceStepsResult>;
  traceGroups(params: TraceGroupsParams): Promise<TraceGroupsResult>;
  traceGroup(params: TraceGroupParams): Promise<TraceGroupResult>;
  traceTokens(params: TraceTokensParams): Promise<TraceTokensResult>;
  readBehaviours(params: ReadBehavioursParams): Promise<ReadBehavioursResult>;
  behaviourExamples(params: BehaviourExamplesParams): Promise<BehaviourExamplesResult>;
  readLabelState(params: ReadLabelStateParams): Promise<LabelState>;
  giveLabel(params: GiveLabelParams): Promise<LabelState>;
  undoLabel(params: ReadLabelStateParams): Promise<LabelState>;
  readPipeline(params: ReadPipelineParams): Promise<Pipeline>;
  readStageReport(params: ReadStageReportParams): Promise<StageReport | null>;
}

/** A reader that also knows which folders are runs. */
export interface CheckedReader extends RunReader {
  /** The workspace folder of a run that the server lists, else null; asks it again about one that is new. */
  workspaceOf(run: string): Promise<string | null>;
}

export function knownRuns(reader: RunReader): CheckedReader {
  let known = new Map<string, string>();
  const listRuns = async (): Promise<ListRunsResult> => {
    const runs = await reader.listRuns();
    known = new Map(runs.map((run) => [run.folder, run.workspaceFolder]));
    return runs;
  };
  return {
    listRuns,
    workspaceOf: async (run) => {
      if (!known.has(run)) await listRuns();
      return known.get(run) ?? null;
    },
    readMetrics: (params) => reader.readMetrics(params),
    traceSteps: (params) => reader.traceSteps(params),
    traceGroups: (params) => reader.traceGroups(params),
    traceGroup: (params) => reader.traceGroup(params),
    traceTokens: (params) => reader.traceTokens(params),
    readBehaviours: (params) => reader.readBehaviours(params),
    behaviourExamples: (params) => reader.behaviourExamples(params),
    readLabelState: (params) => reader.readLabelState(params),
    giveLabel: (params) => reader.giveLabel(params),
    undoLabel: (params) => reader.undoLabel(params),
    readPipeline: (params) => reader.readPipeline(params),
    readStageReport: (params) => reader.readStageReport(params),
  };
}

/** What a page may have opened beside itself. */
export interface Openers {
  readonly traces: (place: TracePlace) => void;
  readonly source: (place: SourcePlace) => void;
  readonly result: (place: ResultPlace) => void;
}

/** What a stage of a run gave. */
export interface ResultPlace {
  readonly run: string;
  readonly result: StageResult;
}

/** A place in a file of the workspace; line and column count from 1. */
export interface SourcePlace {
  readonly path: string;
  readonly line: number | null;
  readonly column: number | null;
}

/** A place that `open-traces` asks for. */
export interface TracePlace {
  readonly run: string;
  readonly stage: string;
  readonly step: number | null;
  readonly rollout?: RolloutPlace | undefined;
  readonly show?: TraceFilter["show"] | undefined;
}

/**
 * Answers one request. A page names runs by their folder; only folders that the server lists are read, so that a page cannot point the server
 * elsewhere. Throws an Error with a message for people.
 */
export async function answer(
  request: PageRequest,
  reader: CheckedReader,
  open: Openers,
): Promise<PageResults[keyof PageResults]> {
  if (request.type === "runs") return reader.listRuns();
  if (request.type === "pipeline" && request.run === null)
    return reader.readPipeline({ folder: null, recipeUri: request.recipe });
  const folder = request.run ?? "";
  const workspace = await reader.workspaceOf(folder);
  if (workspace === null) throw new Error(`The run ${folder} is not there any more.`);
  switch (request.type) {
    case "metrics":
      return reader.readMetrics({ folder, cursor: request.cursor });
    case "trace-steps":
      return reader.traceSteps({ folder });
    case "trace-groups":
      return reader.traceGroups({ folder, filter: request.filter, offset: request.offset, limit: request.limit });
    case "trace-group":
      return reader.traceGroup({ folder, ...rollouts(request) });
    case "trace-tokens":
      return reader.traceTokens({ folder, ...rollouts(request), sample: request.sample });
    case "behaviours":
      return reader.readBehaviours({ folder, since: request.since });
    case "behaviour-examples":
      return reader.behaviourExamples({ folder, ...request.filter });
    case "open-traces":
      open.traces({
        run: folder,
        stage: request.stage,
        step: request.step,
        rollout: request.rollout,
        show: request.show,
      });
      return null;
    case "pipeline":
      return reader.readPipeline({ folder, recipeUri: null });
    case "stage-report":
      return reader.readStageReport({ folder, stage: request.stage });
    case "open-result":
      open.result({ run: folder, result: request.result });
      return null;
    case "label-state":
      return reader.readLabelState({ folder, view: request.view });
    case "give-label":
      return reader.giveLabel({ folder, view: request.view, label: request.label });
    case "undo-label":
      return reader.undoLabel({ folder, view: request.view });
    case "open-source":
      open.source({ path: fileWithin(workspace, request.file), line: request.line, column: request.column });
      return null;
  }
}

/** Absolute path of a file that is named by its own path or by that from the workspace folder. Throws when it lies outside of the folder. */
export function fileWithin(workspace: string, file: string): string {
  const path = resolve(workspace, file);
  const inside = relative(workspace, path);
  if (inside === "" || isAbsolute(inside) || inside.split(sep)[0] === "..") {
    throw new Error(`${file} is not in the workspace folder ${workspace}.`);
  }
  return path;
}

function rollouts({
  stage,
  step,
  purpose,
  group,
}: Extract<PageRequest, { type: "trace-group" | "trace-tokens" }>): Omit<TraceGroupParams, "folder"> {
  return { stage, step, purpose, group };
}
