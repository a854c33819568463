/** Whose curves the page asks for: those of a run, or of a file that another tool wrote. */
import type {
  CurveAxis,
  CurveOverview,
  CurvePicture,
  CurvePictureRequest,
  CurveRow,
} from "../../server/protocol/curves";
import type { HealthNotes } from "../../server/protocol/health";
import type { Client } from "../shared/client";

/** A file of another tool, as it is shown. */
export interface TrackerShown {
  readonly file: string;
  readonly tool: string;
  readonly notes: readonly string[];
}

export interface CurveReader {
  /** Folder of the run, or path of the file. */
  readonly path: string;
  overview(stage: string | null): Promise<{
    readonly overview: CurveOverview;
    /** Null: a run is read. */
    readonly tracker: { readonly shown: TrackerShown; readonly health: HealthNotes } | null;
  }>;
  picture(stages: readonly string[], request: CurvePictureRequest): Promise<CurvePicture>;
  row(
    stages: readonly string[],
    axis: CurveAxis,
    at: { readonly stage: string; readonly step: number },
    keys: readonly string[],
  ): Promise<CurveRow | null>;
}

export const runReader = (client: Client, folder: string): CurveReader => ({
  path: folder,
  overview: async (stage) => ({ overview: await client.ask("readCurves", { folder, stage }), tracker: null }),
  picture: (stages, request) => client.ask("drawCurves", { sources: [{ folder, stages: [...stages] }], ...request }),
  row: async (stages, axis, at, keys) => {
    const runs = [{ folder, stages: [...stages] }];
    const [row] = await client.ask("readCurveRows", { runs, axis, at, keys: [...keys] });
    return row ?? null;
  },
});

export const trackerReader = (client: Client, file: string): CurveReader => ({
  path: file,
  async overview(stage) {
    const { overview, tool, notes, health } = await client.ask("readTracker", { file, stage });
    return { overview, tracker: { shown: { file, tool, notes }, health } };
  },
  picture: (stages, request) => client.ask("drawTracker", { file, stages: [...stages], ...request }),
  row: (stages, axis, at, keys) =>
    client.ask("readTrackerRow", { file, stages: [...stages], axis, at, keys: [...keys] }),
});
