/** `math-verify.json`: Math-Verify's own tests, each a gold answer and a completion with the score that it expects. */
import * as z from "zod";
import { verifyMath } from "../../server/verifiers/maths/verify-math";
import { readCases, runCases } from "./case-file";
import type { FileResult, Mismatch } from "./case-file";

const verifySchema = z.object({
  kind: z.literal("verify"),
  line: z.number(),
  test: z.string(),
  gold: z.string(),
  pred: z.string(),
  expected: z.union([z.literal(0), z.literal(1)]),
  match_types: z.array(z.string()),
  precision: z.number(),
});
const extractSchema = z.object({
  kind: z.literal("extract"),
  line: z.number(),
  test: z.string(),
  pred: z.string(),
  expected_extraction: z.array(z.string()),
});
export const mathVerifySchema = z.object({
  cases: z.array(z.discriminatedUnion("kind", [verifySchema, extractSchema])),
});
export type MathVerifyCase = z.infer<typeof mathVerifySchema>["cases"][number];

/** Where the original is wrong, by its completion, with the reason. */
const knownFaults: ReadonlyMap<string, string> = new Map([
  ["$1 + \\frac{1}{\\mathrm{e}}$", "Math-Verify says that 1 − 1/e and 1 + 1/e are equal (its issue 14)"],
]);

/** What we say of one case: 1 or 0, or the text extracted. Their precision is ours in decimals. */
export function outcome(
  one: MathVerifyCase,
  decimalComma = false,
): {
  readonly expected: unknown;
  readonly actual: unknown;
  readonly rule: string;
} {
  if (one.kind === "extract") {
    const [text] = one.expected_extraction;
    const verdict = verifyMath(one.pred, one.pred);
    // An empty list: the original finds no answer. Here a short text that nothing marks is one, which no case asks for.
    if (text === undefined) {
      const unmarked = verdict.source === "whole text" || verdict.source === "last expression";
      return { expected: "", actual: unmarked ? "" : verdict.answer, rule: "" };
    }
    return { expected: text.toLowerCase(), actual: verdict.answer.toLowerCase(), rule: "" };
  }
  const notation = one.match_types.includes("expr") ? "any" : "latex";
  const verdict = verifyMath(one.pred, one.gold, { decimals: one.precision, notation, decimalComma });
  // A gold answer that cannot be read is no agreement.
  return {
    expected: one.expected,
    actual: verdict.score ?? 0,
    rule: `${verdict.rule}: ${verdict.parsed} for ${verdict.gold}`,
  };
}

export function runMathVerify(file: string): Promise<FileResult> {
  const { cases } = readCases(file, mathVerifySchema);
  return runCases(
    cases.map((one, index) => ({ ...one, id: `${one.test} line ${one.line}, case ${index}` })),
    (one) => knownFaults.get(one.pred) ?? null,
    (one): Mismatch[] => {
      const { expected, actual, rule } = outcome(one);
      return expected === actual ? [] : [{ field: `score (${rule})`, expected, actual }];
    },
    (one) => {
      const { expected, actual } = outcome(one, true);
      return expected === actual ? "a comma is a decimal point only where `decimalComma` says so" : null;
    },
  );
}
