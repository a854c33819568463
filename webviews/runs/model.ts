/** What the table of runs shows and how it gets it: the list, the table, and a place that outlives a reload. */
import * as z from "zod";
import type { RunEntry } from "../../server/protocol/editor";
import { runTitles } from "../../server/protocol/run-title";
import type { RunTable } from "../../server/protocol/run-table";
import type { Client, HostPort } from "../shared/client";
import { serially } from "../shared/page";
import { pageModel } from "../shared/page-model";
import type { Row } from "./columns";

const placeSchema = z.object({
  /** Id of the column that runs are sorted by. */
  sort: z.string().default("started"),
  descending: z.boolean().default(true),
  filter: z.string().default(""),
  /** Folders of the chosen runs. */
  chosen: z.array(z.string()).default([]),
  scroll: z.number().default(0),
});
export type RunsPlace = z.infer<typeof placeSchema>;

interface RunsState {
  readonly place: RunsPlace;
  /** Null: nothing was answered yet. */
  readonly runs: readonly RunEntry[] | null;
  readonly table: RunTable | null;
  readonly problem: string | null;
}

export interface RunsModel {
  readonly state: () => RunsState;
  readonly rows: () => readonly Row[];
  /** Chosen runs that are still there. */
  readonly chosen: () => readonly string[];
  readonly move: (change: Partial<RunsPlace>) => void;
  readonly keep: (change: Partial<RunsPlace>) => void;
  readonly pull: () => void;
}

/** Milliseconds until sizes are asked for again that were not known. */
const sizesTake = 700;

export function runsModel(client: Client, port: HostPort, changed: () => void): RunsModel {
  const { state, set, move, keep, guard } = pageModel<RunsState>(port, changed, placeSchema, {
    place: placeSchema.parse({}),
    runs: null,
    table: null,
    problem: null,
  });
  let again: ReturnType<typeof setTimeout> | undefined;
  const pull = serially(() =>
    guard(async () => {
      const runs = await client.ask("listRuns", {});
      set({ runs, problem: null });
      const table = await client.ask("readRunTable", {});
      set({ table });
      clearTimeout(again);
      if (table.rows.some(({ bytes }) => bytes === null)) again = setTimeout(() => void pull(), sizesTake);
    }),
  );
  /** The rows as they were made last: they stay the same objects until there are other runs. */
  let made: Pick<RunsState, "runs" | "table"> & { readonly rows: readonly Row[] } = {
    runs: null,
    table: null,
    rows: [],
  };
  return {
    state,
    rows() {
      const { runs, table } = state();
      if (made.runs !== runs || made.table !== table) {
        const known = new Map((table?.rows ?? []).map((row) => [row.folder, row]));
        const titles = runTitles(runs ?? []);
        const rows = (runs ?? []).map((run) => ({
          run,
          title: titles.get(run.folder) ?? "",
          known: known.get(run.folder) ?? null,
        }));
        made = { runs, table, rows };
      }
      return made.rows;
    },
    chosen() {
      const there = new Set((state().runs ?? []).map(({ folder }) => folder));
      return state().place.chosen.filter((folder) => there.has(folder));
    },
    move,
    keep,
    pull: () => void pull(),
  };
}
