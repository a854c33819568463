/** What the labelling page shows and says: pairs of completions in blind order, what was chosen, how far it is, how much labels agree. */
import * as z from "zod";

export const labelTags = ["helpful", "safe"] as const;
export const labelKeySchema = z.enum(["left", "right", "tie", "skip"]);
export type LabelKey = z.infer<typeof labelKeySchema>;
export const labelOrderSchema = z.enum(["shuffled", "uncertain"]);
export type LabelOrder = z.infer<typeof labelOrderSchema>;

/** Which pairs, in which order. */
export const labelViewSchema = z.object({
  /** Time through the pairs, from 1: another pass shows them in another order and on other sides. */
  pass: z.int().positive(),
  order: labelOrderSchema,
  /** Name of the reward-model stage that is asked; null: none. */
  rewardModel: z.string().nullable(),
});
export type LabelView = z.infer<typeof labelViewSchema>;

export const givenLabelSchema = z.object({
  /** Id of the pair that was shown: a page that is behind labels nothing else by mistake. */
  pair: z.string(),
  key: labelKeySchema,
  tags: z.array(z.enum(labelTags)),
});
export type GivenLabel = z.infer<typeof givenLabelSchema>;

/** A pair as it is shown: nothing tells whose completions these are. */
export const shownPairSchema = z.object({
  pair: z.string(),
  prompt: z.string(),
  left: z.string(),
  right: z.string(),
});
export type ShownPair = z.infer<typeof shownPairSchema>;

const agreementSchema = z.object({ count: z.int(), agreed: z.number(), rate: z.number().nullable() });

export const labelStateSchema = z.object({
  /** Where labels go: a path from the workspace folder. */
  file: z.string(),
  /** Sentences on lines of the file that cannot be read. */
  problems: z.array(z.string()),
  view: labelViewSchema,
  /** Null: every pair of this pass has its label. */
  next: shownPairSchema.nullable(),
  /** Pairs of this pass with a label of this person, and all pairs of it. */
  done: z.int(),
  total: z.int(),
  /** The label that undo takes back; null: there is none. */
  last: z.object({ prompt: z.string(), key: labelKeySchema }).nullable(),
  /** The name that labels of this page carry; empty where the system has none. */
  by: z.string(),
  /** Names of reward-model stages that have a checkpoint. */
  rewardModels: z.array(z.string()),
  /** The reward model is being asked: ask again in a while. With the order `uncertain`, `next` waits for it. */
  asking: z.boolean(),
  /** Why the reward model could not be asked; null: it could, or none was chosen. */
  rewardModelProblem: z.string().nullable(),
  withRewardModel: agreementSchema.nullable(),
  /** On the labels that no reward model trains on. */
  withRewardModelHeldOut: agreementSchema.nullable(),
  betweenPasses: agreementSchema.extend({ kappa: z.number().nullable() }),
});
export type LabelState = z.infer<typeof labelStateSchema>;

/** A preference that was asked for beside two rollouts. */
export const addedPreferenceSchema = z.object({
  /** From the workspace folder. */
  file: z.string(),
  /** Of its label. */
  id: z.string(),
  /** What the same person had said of the pair: nothing, the same, or the opposite, which is taken back. */
  was: z.enum(["new", "known", "opposite"]),
});
export type AddedPreference = Readonly<z.infer<typeof addedPreferenceSchema>>;
