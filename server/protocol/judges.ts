/** What a reward asks a judge, another model, by way of the supervisor, and what comes back. */
import * as z from "zod";
import { plural } from "../shared/plural";
import { keyName } from "../shared/key-name";

/** A key that somebody stored, for one host (`api.example.com`, or with a port) and no other. */
export const judgeKeysSchema = z.record(z.string(), z.object({ host: z.string(), key: z.string() }));
export type JudgeKeys = Readonly<z.infer<typeof judgeKeysSchema>>;

/** Dollars, or whatever one pays in, a million tokens. */
const priceSchema = z.object({ input: z.number().nonnegative(), output: z.number().nonnegative() });

/** A judge as a reward describes it, defaults filled in. */
export const judgeSettingsSchema = z.object({
  /** Of its limits, its budget and its metrics: `judge/NAME/calls`. */
  name: z.string().regex(/^[\w.:-]{1,64}$/),
  /** Base address of an OpenAI-compatible server; null: `model` is one of the editor's. */
  endpoint: z.string().max(2000).nullable(),
  model: z.string().min(1).max(200),
  key: z.string().regex(keyName).nullable(),
  /** How the server is told the form of the reply. */
  reply_format: z.enum(["json_schema", "json_object", "none"]),
  /** Further members of the request's body: `temperature`, `max_tokens`, … */
  parameters: z.record(z.string(), z.json()),
  max_concurrent: z.int().positive().max(1000),
  /** Null: no limit. */
  requests_per_second: z.number().positive().nullable(),
  /** Of a call that failed: busy, no answer, too late. */
  retries: z.int().nonnegative().max(20),
  /** Seconds before the first of them. */
  retry_delay: z.number().positive(),
  /** Seconds for one call. */
  timeout: z.number().positive().max(3600),
  /** Times that a reply that is not what was asked for is asked for again. */
  repeats: z.int().nonnegative().max(10),
  /** Over the whole run. */
  budget: z.object({ calls: z.int().nonnegative().nullable(), cost: z.number().nonnegative().nullable() }),
  price: priceSchema.nullable(),
});
export type JudgeSettings = Readonly<z.infer<typeof judgeSettingsSchema>>;

const longestText = 2_000_000;
const text = z.string().max(longestText);
const asked = {
  rubric: text.min(1),
  prompt: text,
  /** The gold answer; null: the judge is not shown one. */ answer: text.nullable(),
};

export const judgeQuestionSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("score"), ...asked, completion: text, range: z.tuple([z.number(), z.number()]) }),
  z.object({ kind: z.literal("compare"), ...asked, a: text, b: text }),
]);
export type JudgeQuestion = Readonly<z.infer<typeof judgeQuestionSchema>>;

export const judgeRequestSchema = z.object({ judge: judgeSettingsSchema, question: judgeQuestionSchema });
export type JudgeRequest = Readonly<z.infer<typeof judgeRequestSchema>>;

export const winnerSchema = z.enum(["A", "B", "tie"]);
export type Winner = z.infer<typeof winnerSchema>;

export const judgeAnswerSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("score"), score: z.number(), reason: z.string() }),
  /** `agreed`: whether the judge said the same of both orders. It is a tie where it did not. */
  z.object({ kind: z.literal("compare"), winner: winnerSchema, reason: z.string(), agreed: z.boolean() }),
]);
export type JudgeAnswer = Readonly<z.infer<typeof judgeAnswerSchema>>;

/** What one judge was asked while a step was scored. */
export const judgeCountsSchema = z.object({
  /** Requests that were sent, those that failed included. */
  calls: z.int(),
  /** Answers that were known. */
  cached: z.int(),
  /** Null: it has no price. */
  cost: z.number().nullable(),
  /** Sum over the calls. */
  seconds: z.number(),
  /** Pairs that were compared, and those of which it said another thing in each order. */
  pairs: z.int(),
  disagreed: z.int(),
});
export type JudgeCounts = Readonly<z.infer<typeof judgeCountsSchema>>;

export const addCounts = (a: JudgeCounts, b: JudgeCounts): JudgeCounts => ({
  calls: a.calls + b.calls,
  cached: a.cached + b.cached,
  cost: a.cost === null && b.cost === null ? null : (a.cost ?? 0) + (b.cost ?? 0),
  seconds: a.seconds + b.seconds,
  pairs: a.pairs + b.pairs,
  disagreed: a.disagreed + b.disagreed,
});

/** How often a reward that judges puts the completion higher that people preferred. */
export const labelAgreementSchema = z.object({
  /** Labelled pairs whose completions both have a score. */
  count: z.int().positive(),
  /** Of them; equal scores count one half. */
  agreed: z.number(),
  equal: z.int(),
  /** Wilson's interval of the share, 95 %. */
  low: z.number(),
  high: z.number(),
  /** Labelled pairs that were left out: the reward had an error, or did not apply. */
  unscored: z.int(),
});
export type LabelAgreement = Readonly<z.infer<typeof labelAgreementSchema>>;

/** `78 % (61–89 %) of 23 pairs` */
export const agreementText = ({ count, agreed, low, high }: LabelAgreement): string => {
  const percent = (share: number): string => (100 * share).toFixed(0);
  return `${percent(agreed / count)} % (${percent(low)}–${percent(high)} %) of ${plural(count, "pair")}`;
};

/** `12 calls, 40 answers known, cost 0.0031` */
export const countsText = ({ calls, cached, cost, pairs, disagreed }: JudgeCounts): string =>
  [
    plural(calls, "call"),
    `${plural(cached, "answer")} known`,
    ...(cost === null ? [] : [`cost ${cost.toPrecision(3)}`]),
    ...(pairs === 0 ? [] : [`another verdict in the other order for ${disagreed} of ${plural(pairs, "pair")}`]),
  ].join(", ");

/** Counts by judge, of several scorings. */
export function joinCounts(all: readonly Readonly<Record<string, JudgeCounts>>[]): Record<string, JudgeCounts> {
  const joined: Record<string, JudgeCounts> = {};
  for (const counts of all)
    for (const [name, one] of Object.entries(counts)) joined[name] = joined[name] ? addCounts(joined[name], one) : one;
  return joined;
}
