import * as z from "zod";
import { checkReasoningGym } from "../../server/verifiers/reasoning-gym/check-answer";
import type { FileResult, Mismatch } from "./case-file";
import { readCases } from "./case-file";

const fileSchema = z.object({
  cases: z.array(
    z.object({
      task: z.string(),
      index: z.int(),
      question: z.string(),
      gold: z.string().nullable(),
      metadata: z.record(z.string(), z.unknown()),
      scores: z.array(z.object({ answer: z.string().nullable(), score: z.number().optional() })),
    }),
  ),
});

const trimmed = (text: string): string => text.trim().toLowerCase();

/**
 * Our checks are right or wrong where reasoning-gym gives part marks: every gold answer must be right, and no answer that it gives less than
 * full marks, white space and case aside.
 */
export function runReasoningGym(file: string): Promise<FileResult> {
  const { cases } = readCases(file, fileSchema);
  const outcomes = cases.map(({ task, index, question, gold, metadata, scores }) => {
    const entry = { question, answer: gold, metadata };
    const mismatches: Mismatch[] = [];
    if (gold !== null && !checkReasoningGym(entry, gold))
      mismatches.push({ field: `gold ${gold}`, expected: true, actual: false });
    for (const { answer, score = 0 } of scores) {
      if (answer === null || score >= 1 || !checkReasoningGym(entry, answer)) continue;
      const allowed = gold !== null && trimmed(answer) === trimmed(gold);
      if (!allowed) mismatches.push({ field: `answer ${answer}`, expected: score, actual: 1 });
    }
    return { id: `${task}-${index}`, mismatches };
  });
  const failed = outcomes.filter(({ mismatches }) => mismatches.length > 0);
  return Promise.resolve({ passed: outcomes.length - failed.length, failed, unsupported: [] });
}
