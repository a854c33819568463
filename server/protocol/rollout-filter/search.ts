/** What a search box asks for: a text as it stands, or a regular expression between slashes. */
import { t } from "../../shared/l10n";
import type { Marks } from "../traces";
import type { RolloutFilter } from "./fields";
import { FilterError, tokensOf } from "./tokens";

/** Whether a search is meant as a regular expression. */
const isPattern = (text: string): boolean => /^\/.+\/[imsu]*$/s.test(text.trim());

/** Null: nothing is searched for. Throws {@link FilterError} where a regular expression is not right. */
export function searchFilter(text: string): RolloutFilter | null {
  if (text === "") return null;
  if (!isPattern(text)) return { kind: "contains", field: "text", negated: false, text };
  const [token, ...rest] = tokensOf(text.trim());
  if (token?.kind !== "regex" || rest.length > 0)
    throw new FilterError(t("The regular expression is not right: a / within it is written \\/."), 0, text.length);
  return { kind: "matches", field: "text", negated: false, source: token.source, flags: token.flags };
}

/** Both; null: everything. */
export const bothFilters = (a: RolloutFilter | null, b: RolloutFilter | null): RolloutFilter | null =>
  a === null ? b : b === null ? a : { kind: "and", parts: [a, b] };

type Search = Extract<RolloutFilter, { kind: "contains" | "matches" }>;

/** Texts and expressions that are looked for in prompts and completions, to be marked there: not what must not stand there. */
function searches(filter: RolloutFilter | null): readonly Search[] {
  if (filter === null) return [];
  switch (filter.kind) {
    case "and":
    case "or":
      return filter.parts.flatMap(searches);
    case "contains":
    case "matches":
      return !filter.negated && ["text", "prompt", "completion"].includes(filter.field) ? [filter] : [];
    default:
      return [];
  }
}

/** The text as a regular expression that finds it as it stands. */
export const escapePattern = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

/** Stretches of one text that are marked, at most. */
export const mostMarks = 2000;

/** Finds what a filter searches for: `marks(field, text)`. Hits that touch or overlap are one stretch. */
export function markFinder(filter: RolloutFilter | null): (field: "prompt" | "completion", text: string) => Marks {
  const patterns = searches(filter).map((search) => ({
    field: search.field,
    pattern:
      search.kind === "contains"
        ? new RegExp(escapePattern(search.text.toWellFormed()), "giu")
        : new RegExp(search.source, [...new Set(`${search.flags}g`)].join("")),
  }));
  return (field, text) => {
    const hits: [from: number, to: number][] = [];
    let more = false;
    for (const { field: wanted, pattern } of patterns) {
      if (wanted !== "text" && wanted !== field) continue;
      let count = 0;
      for (const { 0: hit, index } of text.matchAll(pattern)) {
        if (hit === "") continue;
        if (count++ === mostMarks) {
          more = true;
          break;
        }
        hits.push([index, index + hit.length]);
      }
    }
    return { at: joined(hits).slice(0, 2 * mostMarks), more: more || hits.length > mostMarks };
  };
}

function joined(hits: readonly (readonly [from: number, to: number])[]): number[] {
  const at: number[] = [];
  for (const [from, to] of hits.toSorted((a, b) => a[0] - b[0])) {
    const end = at.at(-1);
    if (end !== undefined && from <= end) at[at.length - 1] = Math.max(end, to);
    else at.push(from, to);
  }
  return at;
}
