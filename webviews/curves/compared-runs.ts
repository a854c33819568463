/** Which runs stand over each other, and as which lines: each run, or the mean of runs that differ in their seed alone. */
import * as z from "zod";
import { mostRuns, type CurveOverview, type CurveSource } from "../../server/protocol/curves";
import type { RunEntry } from "../../server/protocol/editor";
import { recipeKey, type Settings } from "./recipe-differences";

export const comparedSchema = z.object({
  runs: z
    .array(
      z.object({
        folder: z.string(),
        /** Number of its letter, colour and dash, which stay with it. */
        style: z
          .int()
          .min(0)
          .max(mostRuns - 1),
        shown: z.boolean(),
      }),
    )
    .max(mostRuns),
  /** Folder of the run that others are compared with. */
  baseline: z.string().nullable(),
  /** Runs that differ in their seed alone are one line. */
  grouped: z.boolean(),
  band: z.enum(["deviation", "range"]),
});
export type Compared = z.infer<typeof comparedSchema>;

/** `A` to `L`. */
export const letterOf = (style: number): string => String.fromCharCode(65 + style);

/** These runs, in place of whichever were compared; those that were there keep their style. */
export function comparing(folders: readonly string[], before: Compared | null = null): Compared {
  const known = new Map(before?.runs.map((run) => [run.folder, run]));
  const wanted = [...new Set(folders)].slice(0, mostRuns);
  const taken = new Set(wanted.flatMap((folder) => known.get(folder)?.style ?? []));
  const free = Array.from({ length: mostRuns }, (_, style) => style).filter((style) => !taken.has(style));
  return {
    runs: wanted.map((folder) => known.get(folder) ?? { folder, style: free.shift()!, shown: true }),
    baseline: before !== null && wanted.includes(before.baseline ?? "") ? before.baseline : null,
    grouped: before?.grouped ?? false,
    band: before?.band ?? "deviation",
  };
}

/** A run that is compared, as far as it was read; `run` null: it is gone. */
export interface Member {
  readonly folder: string;
  readonly style: number;
  readonly shown: boolean;
  readonly run: RunEntry | null;
  readonly settings: Settings;
  readonly overview: CurveOverview | null;
  readonly problem: string | null;
}

/** One line of each chart. */
export interface Line {
  readonly members: readonly Member[];
  /** Of the line among the sources of the picture; edges of its band follow it. */
  readonly source: number;
  readonly banded: boolean;
  readonly label: string;
  readonly style: number;
  readonly baseline: boolean;
}

/** Runs that differ in their seed alone, in order; each run by itself where they are not grouped. */
export function groupsOf(members: readonly Member[], grouped: boolean): (readonly Member[])[] {
  if (!grouped) return members.map((member) => [member]);
  const groups = new Map<string, Member[]>();
  for (const member of members) {
    const key = member.run?.record ? recipeKey(member.settings) : member.folder;
    groups.set(key, [...(groups.get(key) ?? []), member]);
  }
  return [...groups.values()];
}

/** Lines and what the server is to draw for them. `stagesOf`: those of a run that are drawn. */
export function linesOf(
  members: readonly Member[],
  { grouped, band, baseline }: Compared,
): { readonly lines: Line[]; readonly sources: CurveSource[] } {
  const shown = members.filter((member) => member.shown && member.overview !== null);
  const sources: CurveSource[] = shown.map(({ folder, overview }) => ({
    folder,
    stages: [...(overview?.shown ?? [])],
  }));
  const lines = groupsOf(shown, grouped).map((group): Line => {
    const indices = group.map((member) => shown.indexOf(member));
    const single = group.length === 1;
    const source = single ? indices[0]! : sources.length;
    if (!single) for (const value of ["mean", "low", "high"] as const) sources.push({ of: indices, value, band });
    return {
      members: group,
      source,
      banded: !single,
      label: group.map(({ style }) => letterOf(style)).join(" "),
      style: group[0]!.style,
      baseline: group.some(({ folder }) => folder === baseline),
    };
  });
  return { lines, sources };
}
