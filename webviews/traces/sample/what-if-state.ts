/** What-if as the page has it: what was changed, and what came of it. */
import { t } from "../../shared/l10n";
import type { WhatIf, WhatIfChange } from "../../../server/protocol/what-if";
import { unpackedDoubles } from "../../../server/shared/packed-numbers";
import type { RolloutSummary } from "../../../server/protocol/traces";
import type { StepGradients } from "./measures";

interface BeforeAfter {
  readonly before: Float64Array;
  readonly after: Float64Array;
}

/** `[tokens]` of the open sample. */
export interface WhatIfTokens {
  readonly advantages: BeforeAfter;
  readonly push: BeforeAfter;
}

export type WhatIfState =
  | { readonly kind: "asked" }
  | { readonly kind: "there"; readonly answer: WhatIf; readonly tokens: WhatIfTokens | null }
  | { readonly kind: "none"; readonly problem: string };

export const unchanged: WhatIfChange = { scores: [], weights: {} };

/** Throws an Error for people where an array has another length than the tokens. */
export function unpackWhatIf(answer: WhatIf): WhatIfState {
  const { tokens } = answer;
  if (tokens === null) return { kind: "there", answer, tokens: null };
  const both = ({ before, after }: { before: string; after: string }, what: string): BeforeAfter => ({
    before: unpackedDoubles(before, tokens.count, what),
    after: unpackedDoubles(after, tokens.count, what),
  });
  return {
    kind: "there",
    answer,
    tokens: {
      advantages: both(tokens.advantages, t("The tokens' advantages")),
      push: both(tokens.push, t("The tokens' push")),
    },
  };
}

/** Whether anything is other than the run had it. */
export const isChanged = ({ scores, weights, ...settings }: WhatIfChange): boolean =>
  scores.length > 0 || Object.keys(weights).length > 0 || Object.values(settings).some((value) => value !== undefined);

/** With one score changed; the score that the run recorded is no change. */
export function withScore(
  change: WhatIfChange,
  { sample, reward, score }: WhatIfChange["scores"][number],
  recorded: number | null,
): WhatIfChange {
  const others = change.scores.filter((one) => one.sample !== sample || one.reward !== reward);
  return { ...change, scores: score === recorded ? others : [...others, { sample, reward, score }] };
}

export function withWeight(change: WhatIfChange, reward: string, weight: number, recorded: number): WhatIfChange {
  const weights = { ...change.weights, [reward]: weight };
  if (weight === recorded) Reflect.deleteProperty(weights, reward);
  return { ...change, weights };
}

type Settings = Omit<WhatIfChange, "scores" | "weights">;

export function withSetting<Name extends keyof Settings>(
  change: WhatIfChange,
  name: Name,
  value: Settings[Name],
  recorded: Settings[Name],
): WhatIfChange {
  return { ...change, [name]: value === recorded ? undefined : value };
}

/** What the loss does to the tokens of the open sample, for the strip: as changed, where something is. */
export function gradientsOf(state: WhatIfState | null, { purpose }: Pick<RolloutSummary, "purpose">): StepGradients {
  if (purpose !== "train") return { kind: "none", problem: t("Only rollouts of training have a loss.") };
  if (state === null || state.kind === "asked") return { kind: "asked" };
  if (state.kind === "none") return state;
  if (state.tokens === null)
    return { kind: "none", problem: t("This sample is not in the step that was learned again.") };
  return {
    kind: "there",
    advantages: state.tokens.advantages.after,
    push: state.tokens.push.after,
    note: [state.answer.reproduces.problem, ...state.answer.notes].filter((note) => note !== null).join(" ") || null,
  };
}
