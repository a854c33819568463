/** Reward cases, `NAME.reward.cases.jsonl` beside `NAME.reward.ts`: what a reward must say of a given completion. */
import * as z from "zod";
import type { RewardOutcome } from "../protocol/traces";
import { linesOf } from "../rows/text-blocks";
import { parseBoundedJson } from "../shared/bounded-json";

const caseSchema = z.strictObject({
  reward: z.string().min(1),
  prompt: z.string(),
  completion: z.string(),
  answer: z.string(),
  row: z.record(z.string(), z.unknown()).default({}),
  /** A number (within 1e-6), a range, `null` (does not apply) or "error". */
  expect: z.union([z.number(), z.tuple([z.number(), z.number()]), z.null(), z.literal("error")]),
});

export interface RewardCase extends z.infer<typeof caseSchema> {
  /** Line in the file, from 1. */
  readonly line: number;
}

export interface RewardCases {
  readonly cases: readonly RewardCase[];
  readonly problems: readonly { readonly line: number; readonly message: string }[];
}

/** The file of cases of a reward file. */
export const casesFile = (rewardFile: string) => rewardFile.replace(/\.reward\.ts$/, ".reward.cases.jsonl");

function describe(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.path[0] === "expect") return '"expect" is a number, [min, max], null or "error".';
  if (issue?.code === "unrecognized_keys") return `Unknown key "${issue.keys.join('", "')}".`;
  return `"${issue?.path.join(".") ?? ""}": ${issue?.message ?? "is wrong"}.`;
}

/** Reads cases; a line that is not one is a problem with its number, and the others count. */
export function parseCases(text: string): RewardCases {
  const cases: RewardCase[] = [];
  const problems: { line: number; message: string }[] = [];
  for (const { text: content, line } of linesOf(text)) {
    let data: unknown;
    try {
      data = parseBoundedJson(content);
    } catch {
      problems.push({ line, message: "This line is not one JSON object." });
      continue;
    }
    const parsed = caseSchema.safeParse(data);
    if (parsed.success) cases.push({ ...parsed.data, line });
    else problems.push({ line, message: describe(parsed.error.issues[0]) });
  }
  return { cases, problems };
}

export function meetsExpectation(outcome: RewardOutcome, expected: RewardCase["expect"]): boolean {
  if (expected === "error") return outcome.kind === "error";
  if (expected === null) return outcome.kind === "not-applicable";
  if (outcome.kind !== "score") return false;
  const [low, high] = typeof expected === "number" ? [expected - 1e-6, expected + 1e-6] : expected;
  return outcome.score >= low && outcome.score <= high;
}

export function outcomeText(outcome: RewardOutcome): string {
  if (outcome.kind === "score") return String(outcome.score);
  return outcome.kind === "error" ? `error: ${outcome.message}` : "null";
}
