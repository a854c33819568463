/** Numbers that tokens can be tinted and drawn by: those that are stored, or follow exactly from what is; of the others, why not. */
import { t } from "../../shared/l10n";
import type { RolloutSummary } from "../../../server/protocol/traces";
import { scoresByToken, stepScoresOf } from "./step-scores";
import type { Tokens } from "./tokens";

export const measureNames = [
  "surprise",
  "entropy",
  "advantage",
  "ratio",
  "clipped",
  "kl",
  "contribution",
  "step",
] as const;
export type MeasureName = (typeof measureNames)[number];

/** Whether a measure needs no numbers of tokens but those that come first. */
export const isOfFirst = (name: MeasureName): boolean =>
  name === "surprise" || name === "advantage" || name === "contribution" || name === "step";

export const measureLabels: Readonly<Record<MeasureName, string>> = {
  surprise: t("Surprise (−log π)"),
  entropy: t("Entropy"),
  advantage: t("Advantage"),
  ratio: t("Ratio π/π_old"),
  clipped: t("Clipped"),
  kl: t("KL to the reference"),
  contribution: t("Contribution to the gradient"),
  step: t("Step score"),
};

export interface Measure {
  readonly name: MeasureName;
  /** `[tokens]`; NaN where it is not known. */
  readonly values: ArrayLike<number>;
  /** Value of a token that stays plain; those below it have a side of their own. */
  readonly plain: number;
  /** Distance from `plain` at which a token is fully tinted. */
  readonly full: number;
  /** What little and much of it mean, and less than `plain`. */
  readonly words: { readonly little: string; readonly much: string; readonly below: string | null };
  /** A sentence on where the numbers come from; null: nothing to know. */
  readonly note: string | null;
}

export type MeasureOrWhy = { readonly measure: Measure } | { readonly missing: string };

/** What the step's loss does to each token, computed again by the functions that trained; null: not asked yet. `problem`: why it cannot be. */
export type StepGradients =
  | {
      readonly kind: "there";
      readonly advantages: ArrayLike<number>;
      readonly push: ArrayLike<number>;
      readonly note: string | null;
    }
  | { readonly kind: "none"; readonly problem: string }
  | { readonly kind: "asked" };

/** −log π at which a token is fully tinted: e^−4, one in fifty. */
const fullSurprise = 4;
/** |log ratio| at which a token is fully tinted: about 1.35 or 0.74, beyond the usual clip range. */
const fullDrift = 0.3;

/** The largest |value|, at least `least`, so that what is alike throughout stays plain. */
export function largest(values: ArrayLike<number>, least: number): number {
  let found = least;
  for (let index = 0; index < values.length; index++) {
    const size = Math.abs(values[index]!);
    if (size > found) found = size;
  }
  return found;
}

const notComputed = t("It was not computed for these rollouts");
const ofTraining = t("it is computed by the update, of rollouts that it learned from");

type MeasuredSample = Pick<RolloutSummary, "purpose" | "advantage" | "rewards" | "completion">;

export function measureOf(
  name: MeasureName,
  tokens: Tokens,
  sample: MeasuredSample,
  gradients: StepGradients | null,
): MeasureOrWhy {
  const found = knownMeasure(name, tokens, sample, gradients);
  // Nothing is said to be missing before all is there.
  return tokens.pending && "missing" in found ? { missing: t("Reading…") } : found;
}

function knownMeasure(
  name: MeasureName,
  tokens: Tokens,
  sample: MeasuredSample,
  gradients: StepGradients | null,
): MeasureOrWhy {
  const { purpose, advantage } = sample;
  const { logprob, oldLogprob, entropy, ratio, kl } = tokens.columns;
  const without = purpose === "train" ? "" : t(": the completions of evaluations and of sampling train nothing");
  switch (name) {
    case "surprise": {
      const own = logprob ?? oldLogprob;
      if (!own) return { missing: t("{0}: no log-probabilities are stored.", notComputed) };
      return {
        measure: {
          name,
          values: own.map((value) => -value),
          plain: 0,
          full: fullSurprise,
          words: { little: t("likely"), much: t("unlikely"), below: null },
          note: logprob ? null : t("log π as recorded while sampling: no update computed it again."),
        },
      };
    }
    case "entropy":
      if (!entropy) return { missing: t("{0}: no entropies are stored.", notComputed) };
      return {
        measure: {
          name,
          values: entropy,
          plain: 0,
          full: largest(entropy, 0.1),
          words: { little: t("certain"), much: t("undecided"), below: null },
          note: null,
        },
      };
    case "ratio":
      if (!ratio) return { missing: `${notComputed}: ${ofTraining}${without}.` };
      return {
        measure: {
          name,
          values: ratio.map((value) => Math.log(Math.max(value, 1e-12))),
          plain: 0,
          full: fullDrift,
          words: { little: t("as before"), much: t("likelier now"), below: t("less likely now") },
          note: t("Tinted and drawn by log(π/π_old); the numbers beside a token have the ratio."),
        },
      };
    case "clipped":
      if (!tokens.clipped) return { missing: `${notComputed}: ${ofTraining}${without}.` };
      return {
        measure: {
          name,
          values: tokens.clipped,
          plain: 0,
          full: 1,
          words: { little: t("learns"), much: t("clipped: no gradient"), below: null },
          note: null,
        },
      };
    case "kl":
      if (!kl)
        return {
          missing: t("{0}: there is no reference policy (`beta` is 0), or it was not asked{1}.", notComputed, without),
        };
      return {
        measure: {
          name,
          values: kl,
          plain: 0,
          full: largest(kl, 0.1),
          words: {
            little: t("as the reference"),
            much: t("far from it"),
            below: tokens.klEstimator === "k1" ? "below 0" : null,
          },
          note: t(
            "Estimator {0} of the stage{1}.",
            tokens.klEstimator ?? "",
            logprob ? "" : t(", of log π while sampling"),
          ),
        },
      };
    case "step":
      return stepMeasure(tokens, sample);
    case "advantage":
    case "contribution": {
      if (advantage === null)
        return { missing: t("There is no advantage{0}.", without || t(": no reward could score this sample")) };
      if (gradients === null || gradients.kind === "asked") return { missing: t("Computing…") };
      if (gradients.kind === "none") return { missing: gradients.problem };
      const values = name === "advantage" ? gradients.advantages : gradients.push;
      return {
        measure: {
          name,
          values,
          plain: 0,
          full: largest(values, 1e-12),
          words: {
            little: "nothing",
            much: name === "advantage" ? t("better than expected") : t("made likelier"),
            below: name === "advantage" ? t("worse than expected") : t("made less likely"),
          },
          note:
            name === "advantage"
              ? gradients.note
              : t(
                  "−∂loss/∂log π: the advantage times the token's weight in the loss, with clip and KL.{0}",
                  gradients.note === null ? "" : ` ${gradients.note}`,
                ),
        },
      };
    }
  }
}

/** Of tokens whose texts were compared with their completion: that takes as long as both are. */
const laid = new WeakMap<Tokens, { readonly scores: readonly number[]; readonly measure: MeasureOrWhy }>();

function stepMeasure(tokens: Tokens, sample: Pick<RolloutSummary, "rewards" | "completion">): MeasureOrWhy {
  const { given, other } = stepScoresOf(sample);
  const [first, ...more] = given;
  if (first === undefined)
    return {
      missing:
        other.length > 0
          ? t("The stored scores are of other steps than this version finds in the completion ({0}).", other.join(", "))
          : t("No reward gave scores of steps: one that returns `steps` beside its score does."),
    };
  const known = laid.get(tokens);
  if (known?.scores === first.scores) return known.measure;
  const values = scoresByToken(tokens, sample.completion, first.scores);
  const measure: MeasureOrWhy =
    values === null
      ? { missing: t("The tokens' texts do not spell the completion, so nobody knows which step they are of.") }
      : {
          measure: {
            name: "step",
            values,
            plain: 0,
            full: largest(values, 1e-12),
            words: { little: "0", much: t("a high score"), below: t("below 0") },
            note:
              more.length === 0
                ? t("By the reward {0}, of the step that the token begins in.", first.reward)
                : t(
                    "By the reward {0}, of the step that the token begins in; the text has those of {1}, too.",
                    first.reward,
                    more.map(({ reward }) => reward).join(", "),
                  ),
          },
        };
  laid.set(tokens, { scores: first.scores, measure });
  return measure;
}

export interface Heat {
  /** 0 (plain) to 1. */
  readonly strength: number;
  readonly side: "low" | "high";
}

/** Null where the number is not known. */
export function heatOf({ values, plain, full }: Measure, index: number): Heat | null {
  const value = values[index] ?? NaN;
  if (Number.isNaN(value)) return null;
  const distance = value - plain;
  return { strength: full > 0 ? Math.min(1, Math.abs(distance) / full) : 0, side: distance < 0 ? "low" : "high" };
}
