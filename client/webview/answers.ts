/** Answers what a page asks, through the language server. */
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
import type { PageRequest, PageResults } from "../../server/protocol/webviews";

/** The part of the language server that pages read from. */
export interface RunReader {
  listRuns(): Promise<ListRunsResult>;
  readMetrics(params: ReadMetricsParams): Promise<ReadMetricsResult>;
  traceSteps(params: RunParams): Promise<TraceStepsResult>;
  traceGroups(params: TraceGroupsParams): Promise<TraceGroupsResult>;
  traceGroup(params: TraceGroupParams): Promise<TraceGroupResult>;
  traceTokens(params: TraceTokensParams): Promise<TraceTokensResult>;
}

/** A reader that also knows which folders are runs. */
export interface CheckedReader extends RunReader {
  /** Whether the server lists this folder; asks it again about one that is new. */
  isRun(folder: string): Promise<boolean>;
}

export function knownRuns(reader: RunReader): CheckedReader {
  let known = new Set<string>();
  const listRuns = async (): Promise<ListRunsResult> => {
    const runs = await reader.listRuns();
    known = new Set(runs.map((run) => run.folder));
    return runs;
  };
  return {
    listRuns,
    isRun: async (folder) => {
      if (!known.has(folder)) await listRuns();
      return known.has(folder);
    },
    readMetrics: (params) => reader.readMetrics(params),
    traceSteps: (params) => reader.traceSteps(params),
    traceGroups: (params) => reader.traceGroups(params),
    traceGroup: (params) => reader.traceGroup(params),
    traceTokens: (params) => reader.traceTokens(params),
  };
}

/** A place that `open-traces` asks for. */
export interface TracePlace {
  readonly run: string;
  readonly stage: string;
  readonly step: number;
}

/**
 * Answers one request. A page names runs by their folder; only folders that the server lists are read, so that a page cannot point the server
 * elsewhere. Throws an Error with a message for people.
 */
export async function answer(
  request: PageRequest,
  reader: CheckedReader,
  openTraces: (place: TracePlace) => void,
): Promise<PageResults[keyof PageResults]> {
  if (request.type === "runs") return reader.listRuns();
  const folder = request.run;
  if (!(await reader.isRun(folder))) throw new Error(`The run ${folder} is not there any more.`);
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
    case "open-traces":
      openTraces({ run: folder, stage: request.stage, step: request.step });
      return null;
  }
}

function rollouts({
  stage,
  step,
  purpose,
  group,
}: Extract<PageRequest, { type: "trace-group" | "trace-tokens" }>): Omit<TraceGroupParams, "folder"> {
  return { stage, step, purpose, group };
}
