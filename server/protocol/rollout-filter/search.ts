/** What a search box asks for: a text as it stands, or a regular expression between slashes. */
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
    throw new FilterError("The regular expression is not right: a / within it is written \\/.", 0, text.length);
  return { kind: "matches", field: "text", negated: false, source: token.source, flags: token.flags };
}

/** Both; null: everything. */
export const bothFilters = (a: RolloutFilter | null, b: RolloutFilter | null): RolloutFilter | null =>
  a === null ? b : b === null ? a : { kind: "and", parts: [a, b] };

type Search = Extract<RolloutFilter, { kind: "contains" | "matches" }>;

/** Texts and expressions that are looked for in prompts and completions, to be marked there: not what must not stand there. */
export function searches(filter: RolloutFilter | null): readonly Search[] {
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

/** Different texts that are marked, and characters of one. */
const mostNeedles = 30;
const longestNeedle = 300;

/** What is marked in these texts, longest first. */
export function needlesIn(filter: RolloutFilter | null, texts: readonly string[]): string[] {
  const needles = new Set<string>();
  for (const search of searches(filter))
    if (search.kind === "contains") needles.add(search.text);
    else {
      const pattern = new RegExp(search.source, [...new Set(`${search.flags}g`)].join(""));
      for (const text of texts)
        for (const [hit] of text.matchAll(pattern)) {
          if (hit !== "" && hit.length <= longestNeedle) needles.add(hit);
          if (needles.size >= mostNeedles) break;
        }
    }
  return [...needles].slice(0, mostNeedles).sort((a, b) => b.length - a.length);
}
