/** Answers about the curves of runs. */
import type { Handlers } from "../protocol/methods";
import { curveAnswers, type CurveRun } from "../runs/curve-answers";
import { folderOf, type Workspace } from "./request-guards";
import { rescoredOverlay } from "./rescore-methods";
import type { Rescorer } from "./rescorer";
import type { RunLibrary } from "./run-library";

/** Milliseconds that one question reads: the page shows how far it is. */
const patience = 120;

interface CurveState extends Workspace {
  readonly rescorer: Rescorer;
  readonly library: RunLibrary;
}

type CurveMethod = "readCurves" | "drawCurves" | "readCurveRows";

export function curveMethods(state: CurveState): Handlers<CurveMethod> {
  const { library } = state;
  const answers = curveAnswers();
  const runOf = (folder: string): CurveRun => {
    const { time, overlay } = rescoredOverlay(state.rescorer, folder);
    return { metrics: library.of(folder), beside: { stamp: String(time), overlay } };
  };
  /** What `work` makes of runs of the workspace, as far as they were read. */
  const ofRuns = <T>(folders: readonly string[], work: (runs: ReadonlyMap<string, CurveRun>) => T): Promise<T> => {
    for (const folder of folders) folderOf(state, folder);
    return library.steadily(folders, () => work(new Map(folders.map((folder) => [folder, runOf(folder)]))));
  };

  return {
    readCurves: async ({ folder, stage }) => {
      folderOf(state, folder);
      await library.read(folder, patience);
      return ofRuns([folder], () => answers.overview(runOf(folder), stage));
    },
    drawCurves: (request) =>
      ofRuns(
        request.sources.flatMap((source) => ("folder" in source ? source.folder : [])),
        (runs) => answers.picture(request, runs),
      ),
    readCurveRows: (asked) =>
      ofRuns(
        asked.runs.map(({ folder }) => folder),
        (runs) => answers.rows(asked, runs),
      ),
  };
}
