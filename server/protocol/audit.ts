/** What an audit found, as it is told, stored and shown. */
import * as z from "zod";
import { rewardOutcomeSchema } from "./traces";

/** What would be paid in the same place. */
const sampleSchema = z.object({
  prompt: z.string(),
  completion: z.string(),
  answer: z.string(),
  row: z.record(z.string(), z.unknown()),
});

export const auditFindingSchema = z.object({
  /** `correct/hedged`: the reward, or `recipe`, and the attack. The same in every audit. */
  id: z.string(),
  /** Name of the export; null: the recipe's weighted sum. */
  reward: z.string().nullable(),
  attack: z.string(),
  /** `proven`: a command shows it again. `judgement`: a person must look. */
  verdict: z.enum(["proven", "judgement"]),
  title: z.string(),
  /** What is wrong, in sentences; of one that needs judgement, what to look at. */
  message: z.string(),
  sample: sampleSchema,
  /** What the reward said of the sample; of a recipe the sum. */
  got: rewardOutcomeSchema,
  /** What the gold answer in the asked form gets; null: that was not scored. */
  gold: z.number().nullable(),
  /** The most that a sound reward would give, and why; null where that needs judgement. */
  sound: z.object({ score: z.number(), why: z.string() }).nullable(),
  /** Prompts on which it was found, of those that were tried. */
  prompts: z.int(),
  tried: z.int(),
  /** The rollout that it was made of, or is. */
  place: z
    .object({
      folder: z.string(),
      stage: z.string(),
      step: z.int(),
      purpose: z.enum(["train", "sampling", "evaluation"]),
      group: z.int(),
      sample: z.int(),
    })
    .nullable(),
  /** Line of the reward's file, from 1, that paid, as far as its text tells; else that of its export. */
  line: z.int(),
  /** Reproduces it in a terminal. */
  command: z.string(),
  /** Why it was accepted; null: it was not. */
  accepted: z.string().nullable(),
});
export type AuditFinding = z.infer<typeof auditFindingSchema>;

export const auditReportSchema = z.object({
  /** The reward file, absolute. */
  file: z.string(),
  /** Rewards that were audited, with what they pay for, as their scores show. */
  rewards: z.array(
    z.object({
      name: z.string(),
      pays: z.enum(["answer", "form", "other"]),
      /** Completions that were scored, and those that could not be. */
      scored: z.int(),
      errors: z.int(),
    }),
  ),
  findings: z.array(auditFindingSchema),
  /** Why the audit counts as failed whatever was found: a reward that could not be run, say. */
  failures: z.array(z.string()),
  notes: z.array(z.string()),
  prompts: z.int(),
  seconds: z.number(),
});
export type AuditReport = z.infer<typeof auditReportSchema>;

/** Whether a gate lets it pass: everything was run, and what is proven was accepted. */
export const passes = ({ findings, failures }: AuditReport): boolean =>
  failures.length === 0 && findings.every(({ verdict, accepted }) => verdict !== "proven" || accepted !== null);

/** An audit as its page shows it. */
export const auditViewSchema = z.object({
  report: auditReportSchema,
  /** The reward file's path within its workspace. */
  name: z.string(),
  /** Whether the file was changed since. */
  outdated: z.boolean(),
});
export type AuditView = z.infer<typeof auditViewSchema>;

/** A finding of the audit of a reward file, and what is to be done with it: made a case of, or its line opened. */
export const rewardFindingSchema = z.object({ uri: z.string(), finding: z.string(), what: z.enum(["case", "line"]) });
export type RewardFinding = z.infer<typeof rewardFindingSchema>;

/** A rollout of a workspace's newest run, as the process that reads traces gives it. */
export const auditRolloutSchema = z.object({
  prompt: z.string(),
  answer: z.string(),
  /** Columns as JSON text; null: not stored. */
  row: z.string().nullable(),
  completion: z.string(),
  correct: z.union([z.literal(0), z.literal(1)]).nullable(),
  place: z.object({
    folder: z.string(),
    stage: z.string(),
    step: z.int(),
    purpose: z.enum(["train", "sampling", "evaluation"]),
    group: z.int(),
    sample: z.int(),
  }),
});
export type AuditRollout = z.infer<typeof auditRolloutSchema>;
