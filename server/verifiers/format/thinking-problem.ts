import { reasoningTokens } from "../../shared/reasoning-tags";

/** Why a completion is not at most one thinking that is closed; null: it is. A thinking that the prompt opened need not be opened again. */
export function thinkingProblem(completion: string): string | null {
  const closing = reasoningTokens(completion).map(({ kind }) => kind === "close");
  if (closing.length === 0 || (closing.length === 1 && closing[0])) return null;
  if (closing.length === 2 && !closing[0] && closing[1]) return null;
  return closing.at(-1) ? "it has more than one thinking" : "its thinking is not closed";
}
