/** Completions while they are drawn: how far they are, and what is written of them. */
import * as z from "zod";
import { amount } from "../shared/amount";
import { durationText } from "../shared/duration";
import { t } from "../shared/l10n";
import { rolloutPurposeSchema } from "./traces";

export const drawingProgressSchema = z.object({
  /** Drawn so far, of all completions of the step or batch. */
  tokens: z.int().nonnegative(),
  /** That they can become at most. */
  most: z.int().nonnegative(),
  /** Measured since the drawing began. */
  tokensPerSecond: z.number().nonnegative(),
  secondsLeft: z.number().nonnegative(),
  /** Whether that is a bound: of how long completions become nothing is known, and they may end before. */
  atMost: z.boolean(),
});
export type DrawingProgress = Readonly<z.infer<typeof drawingProgressSchema>>;

/** `drawing 1,234 tokens, 180 tokens/s, about 40 s left`. */
export function drawingText({ tokens, tokensPerSecond, secondsLeft, atMost }: DrawingProgress): string {
  const speed = tokensPerSecond < 10 ? tokensPerSecond.toFixed(1) : amount(Math.round(tokensPerSecond));
  const left = durationText(secondsLeft);
  return atMost
    ? t("drawing {0} tokens, {1} tokens/s, at most {2} left", amount(tokens), speed, left)
    : t("drawing {0} tokens, {1} tokens/s, about {2} left", amount(tokens), speed, left);
}

/** Completions that views are told of a drawing, at most. */
export const mostShown = 256;
/** Characters of a prompt and of a completion that they are told, at most. */
export const longestShown = { prompt: 300, completion: 4000 } as const;

/** What is written so far of the completions of a step, or of a batch. */
export const drawingViewSchema = z.object({
  stage: z.string(),
  step: z.int(),
  purpose: rolloutPurposeSchema,
  progress: drawingProgressSchema,
  samples: z
    .array(
      z.object({
        group: z.int(),
        sample: z.int(),
        /** Its beginning, where it is longer. */
        prompt: z.string().max(longestShown.prompt),
        /** Drawn so far. */
        tokens: z.int(),
        ended: z.boolean(),
        /** The end of what is written so far. */
        text: z.string().max(longestShown.completion),
        /** Whether the text has a beginning that is not told. */
        cut: z.boolean(),
      }),
    )
    .max(mostShown),
  /** Completions that have not begun. */
  waiting: z.int(),
  /** Completions that are at work or have ended, and are not told for want of room. */
  more: z.int(),
  /** Completions that were drawn before these, of the same step. */
  before: z.int(),
});
export type DrawingView = Readonly<z.infer<typeof drawingViewSchema>>;
