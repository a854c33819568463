/** Filters that everybody has, and the lines that stand for what older pages and links name. */
import * as z from "zod";
import { dropReasons } from "../reports";
import { longestFilter } from "./tokens";

export const savedFilterSchema = z.object({ name: z.string().min(1).max(200), line: z.string().max(longestFilter) });
export type SavedFilter = Readonly<z.infer<typeof savedFilterSchema>>;

export const builtInFilters: readonly SavedFilter[] = [
  { name: "Right", line: "right" },
  { name: "Wrong", line: "wrong" },
  { name: "Without a verdict", line: "unjudged" },
  { name: "Best of step", line: "best" },
  { name: "High reward but wrong", line: "high and wrong" },
  { name: "Low reward but right", line: "low and right" },
  { name: "Truncated", line: "truncated" },
  { name: "Error", line: "error" },
  { name: "No signal", line: "flat" },
  { name: "Answer changed", line: "changed" },
];

/** Filters of runs that sampled for a training set; of others there is nothing to ask. */
export const samplingFilters: readonly SavedFilter[] = [
  { name: "Kept", line: "kept" },
  { name: "Refused", line: "refused" },
  ...dropReasons.map((reason) => ({
    name: `Refused: ${reason}`,
    line: `refused and tag ~ ${JSON.stringify(`${reason}: `)}`,
  })),
];

export const shows = ["all", "kept", "refused", ...dropReasons] as const;
export type Show = (typeof shows)[number];

/** The line of what another page asks to be shown. */
export const lineOfShow = (show: Show): string =>
  show === "all"
    ? ""
    : show === "kept" || show === "refused"
      ? show
      : (samplingFilters.find(({ name }) => name === `Refused: ${show}`)?.line ?? "");
