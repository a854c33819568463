/** Held-out results before and after a stage, as they are said in a line. */
import type { EvaluationSummary, StageRecord } from "./run";

type Number = "pass_at_1" | "pass_at_k" | "maj_at_k" | "greedy";

/** `0.63 → 0.98`; one of them where the other is not known, null where neither is. */
export function changeText(
  { before, after }: Pick<StageRecord, "before" | "after">,
  of: Number,
  digits: number,
): string | null {
  const known = [before, after].flatMap((summary: EvaluationSummary | null) => {
    const value = summary?.[of];
    return typeof value === "number" ? [value.toFixed(digits)] : [];
  });
  return known.length === 0 ? null : known.join(" → ");
}

/** `pass@1 0.63 → 0.98 · pass@8 0.99 → 1.00`, always both, so that sharpening and new ability are told apart. Null without an evaluation. */
export function heldOutText(stage: Pick<StageRecord, "before" | "after">, digits = 2): string | null {
  if (stage.after === null) return null;
  const change = (of: Number): string => changeText(stage, of, digits) ?? "–";
  return `pass@1 ${change("pass_at_1")} · pass@${stage.after.samples} ${change("pass_at_k")}`;
}
