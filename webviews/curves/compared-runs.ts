/** Which runs stand over each other, and as which lines: each run, or the mean of runs that differ in their seed alone. */
import * as z from "zod";
import { mostRuns, type CurveOverview, type CurveSource } from "../../server/protocol/curves";
import type { RunEntry } from "../../server/protocol/editor";
import { recipeKey, type Settings } from "./recipe-differences";

/** Whose numbers: a run of the workspace, or one that another tool recorded in a file. */
const runNameSchema = z.object({
  /** Of the run; of another tool the path of its file. */
  folder: z.string(),
  /** Name of the run within the file of another tool; null: it is a run of the workspace. */
  tracker: z.string().nullable().default(null),
});
export type RunName = z.infer<typeof runNameSchema>;

/** Names a run among all; no path has the character between. */
export const keyOf = ({ folder, tracker }: RunName): string => (tracker === null ? folder : `${folder}\0${tracker}`);

export const runsNamed = (folders: readonly string[]): RunName[] =>
  folders.map((folder) => ({ folder, tracker: null }));

export const comparedSchema = z.object({
  runs: z
    .array(
      runNameSchema.extend({
        /** Number of its letter, colour and dash, which stay with it. */
        style: z
          .int()
          .min(0)
          .max(mostRuns - 1),
        shown: z.boolean(),
      }),
    )
    .max(mostRuns),
  /** {@link keyOf} the run that others are compared with. */
  baseline: z.string().nullable(),
  /** Runs that differ in their seed alone are one line. */
  grouped: z.boolean(),
  band: z.enum(["deviation", "range"]),
  /** Whose edits, checkpoints, resumes and notes are marked. */
  marks: z.enum(["each", "baseline", "none"]).default("each"),
});
export type Compared = z.infer<typeof comparedSchema>;

/** `A` to `L`. */
export const letterOf = (style: number): string => String.fromCharCode(65 + style);

/** These runs, in place of whichever were compared; those that were there keep their style. */
export function comparing(runs: readonly RunName[], before: Compared | null = null): Compared {
  const known = new Map(before?.runs.map((run) => [keyOf(run), run]));
  const wanted = [...new Map(runs.map((run) => [keyOf(run), run]))].slice(0, mostRuns);
  const taken = new Set(wanted.flatMap(([key]) => known.get(key)?.style ?? []));
  const free = Array.from({ length: mostRuns }, (_, style) => style).filter((style) => !taken.has(style));
  return {
    runs: wanted.map(
      ([key, { folder, tracker }]) => known.get(key) ?? { folder, tracker, style: free.shift()!, shown: true },
    ),
    baseline: wanted.some(([key]) => key === before?.baseline) ? before!.baseline : null,
    grouped: before?.grouped ?? false,
    band: before?.band ?? "deviation",
    marks: before?.marks ?? "each",
  };
}

/** A run that is compared, as far as it was read; `run` null: it is gone, or of another tool. */
export interface Member extends RunName {
  readonly style: number;
  readonly shown: boolean;
  /** As people read it: the run's title, or what {@link trackerName} says. */
  readonly title: string;
  readonly run: RunEntry | null;
  readonly settings: Settings;
  readonly overview: CurveOverview | null;
  readonly problem: string | null;
  /** What was not read of another tool's file. */
  readonly leftOut: readonly string[];
}

/** Name of a run that another tool recorded, as people read it. */
export const trackerName = ({ folder, tracker }: { readonly folder: string; readonly tracker: string }): string => {
  const file = folder.split(/[\\/]/).at(-1) ?? folder;
  return tracker === "" || tracker === file ? file : `${file} · ${tracker}`;
};

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
    const key = member.run?.record ? recipeKey(member.settings) : keyOf(member);
    groups.set(key, [...(groups.get(key) ?? []), member]);
  }
  return [...groups.values()];
}

/** Lines and what is to be drawn for them: of the workspace's runs by `sources` in one picture, then of each of `files` one of its own. */
export function linesOf(
  members: readonly Member[],
  { grouped, band, baseline }: Compared,
): { readonly lines: Line[]; readonly sources: CurveSource[]; readonly files: Member[] } {
  const drawn = members.filter((member) => member.shown && member.overview !== null);
  const shown = drawn.filter(({ tracker }) => tracker === null);
  const files = drawn.filter(({ tracker }) => tracker !== null);
  const groups = groupsOf(drawn, grouped);
  const sources: CurveSource[] = shown.map(({ folder, overview }) => ({
    folder,
    stages: [...(overview?.shown ?? [])],
  }));
  const means = new Map<readonly Member[], number>();
  for (const group of groups) {
    if (group.length === 1) continue;
    means.set(group, sources.length);
    const indices = group.map((member) => shown.indexOf(member));
    for (const value of ["mean", "low", "high"] as const) sources.push({ of: indices, value, band });
  }
  const sourceOf = (member: Member): number =>
    member.tracker === null ? shown.indexOf(member) : sources.length + files.indexOf(member);
  const lines = groups.map((group): Line => {
    const single = group.length === 1;
    const source = means.get(group) ?? sourceOf(group[0]!);
    return {
      members: group,
      source,
      banded: !single,
      label: group.map(({ style }) => letterOf(style)).join(" "),
      style: group[0]!.style,
      baseline: group.some((member) => keyOf(member) === baseline),
    };
  });
  return { lines, sources, files };
}
