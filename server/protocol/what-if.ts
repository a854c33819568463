/** What-if: a recorded step learned again with other rewards or settings. */
import * as z from "zod";
import { lossTypes } from "./loss-types";
import { mostTokens } from "./token-numbers";

export const scaleRewards = ["group", "batch", "none"] as const;

/** What is changed; what is unset is as the run had it. */
export const whatIfChangeSchema = z.object({
  /** Scores of samples of the open group, by the reward's name; null: the reward could not score it. */
  scores: z
    .array(z.object({ sample: z.int(), reward: z.string(), score: z.number().nullable() }))
    .max(10_000)
    .default([]),
  /** By the reward's name. */
  weights: z.record(z.string(), z.number()).default({}),
  scale_rewards: z.enum(scaleRewards).optional(),
  loss_type: z.enum(lossTypes).optional(),
  epsilon: z.number().positive().optional(),
  epsilon_high: z.number().positive().optional(),
  beta: z.number().nonnegative().optional(),
});
export type WhatIfChange = Readonly<z.infer<typeof whatIfChangeSchema>>;

/** The settings that can be changed, as they apply. */
export const whatIfSettingsSchema = z.object({
  scale_rewards: z.enum(scaleRewards),
  loss_type: z.enum(lossTypes),
  epsilon: z.number(),
  epsilon_high: z.number(),
  beta: z.number(),
  /** By the reward's name. */
  weights: z.record(z.string(), z.number()),
});
export type WhatIfSettings = z.infer<typeof whatIfSettingsSchema>;
export type WhatIfSetting = Exclude<keyof WhatIfSettings, "weights">;

/** What *Apply to recipe* writes: settings of a stage, and weights of rewards by their names. */
export const appliedSettingsSchema = z.object({
  stage: z.string(),
  settings: z.object({
    scale_rewards: z.enum(scaleRewards).optional(),
    loss_type: z.enum(lossTypes).optional(),
    epsilon: z.number().optional(),
    epsilon_high: z.number().optional(),
    beta: z.number().optional(),
  }),
  weights: z.record(z.string(), z.number()),
});

const beforeAfter = z.object({ before: z.number().nullable(), after: z.number().nullable() });
const counts = z.object({
  /** Tokens that the loss makes likelier, less likely, and leaves as they are. */
  up: z.int(),
  down: z.int(),
  still: z.int(),
  /** Tokens whose gradient the clip stops. */
  clipped: z.int(),
});

export const whatIfSampleSchema = z.object({
  sample: z.int(),
  /** By the reward's name; null: it did not score the sample. */
  scores: z.record(z.string(), z.number().nullable()),
  changedScores: z.record(z.string(), z.number().nullable()),
  reward: beforeAfter,
  /** As the run recorded it. */
  recordedAdvantage: z.number().nullable(),
  /** Means over the sample's tokens. */
  advantage: beforeAfter,
  /** What its tokens add to the policy loss of the step. */
  loss: beforeAfter,
  before: counts,
  after: counts,
  /** Tokens whose push has another sign than before. */
  turned: z.int(),
});
export type WhatIfSample = z.infer<typeof whatIfSampleSchema>;

/** float64 as base64, `[tokens]` of the open sample. */
const doubles = z.string();

export const whatIfSchema = z.object({
  settings: z.object({ before: whatIfSettingsSchema, after: whatIfSettingsSchema }),
  /** Why a setting cannot be changed, or changes nothing. */
  locked: z.partialRecord(z.enum(["scale_rewards", "loss_type", "epsilon", "epsilon_high", "beta"]), z.string()),
  /** Of the whole step. */
  loss: beforeAfter.extend({
    /** As the run recorded it; null: it did not. */
    recorded: z.number().nullable(),
  }),
  /** Whether the recorded settings give what was recorded, in words where they do not. */
  reproduces: z.object({
    advantages: z.boolean(),
    loss: z.boolean(),
    problem: z.string().nullable(),
  }),
  /** Samples and tokens of the step that were learned from. */
  learning: z.object({ before: z.int(), after: z.int(), samples: z.int() }),
  samples: z.array(whatIfSampleSchema),
  tokens: z
    .object({
      count: z.int().nonnegative().max(mostTokens),
      advantages: z.object({ before: doubles, after: doubles }),
      /** −∂loss/∂log π: above 0 where the update makes the token likelier. */
      push: z.object({ before: doubles, after: doubles }),
    })
    .nullable(),
  /** Sentences on what stands in for what is not stored. */
  notes: z.array(z.string()),
});
export type WhatIf = z.infer<typeof whatIfSchema>;
