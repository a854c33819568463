/** `adversarial-completions.json`: completions that must not be paid, whatever they try. */
import * as z from "zod";
import { format } from "../../server/verifiers/format/format";
import { reasoningSteps } from "../../server/verifiers/format/reasoning-steps";
import { verifyMath } from "../../server/verifiers/maths/verify-math";
import { readCases, runCases } from "./case-file";
import type { FileResult, Mismatch } from "./case-file";

const caseSchema = z.object({
  id: z.string(),
  verifier: z.string(),
  gold: z.string().optional(),
  completion: z.string(),
  must_score: z.number(),
});
type Case = z.infer<typeof caseSchema>;

/** What a verifier says of a completion, by the name that the cases have for it. */
const verifiers: Readonly<Record<string, (one: Case) => unknown>> = {
  format: ({ completion }) => Math.max(format(completion, "strict"), format(completion, "soft")),
  reasoning_steps: ({ completion }) => reasoningSteps(completion),
  math: ({ completion, gold }) => verifyMath(completion, gold ?? "").score,
};

/** `only`: verifiers whose cases are run. */
export function runAdversarialCompletions(
  file: string,
  only: readonly string[] = Object.keys(verifiers),
): Promise<FileResult> {
  const { cases } = readCases(file, z.object({ cases: z.array(caseSchema) }));
  return runCases(
    cases,
    ({ verifier }) => (verifier in verifiers && only.includes(verifier) ? null : `verifier ${verifier}`),
    (one): Mismatch[] => {
      const actual = verifiers[one.verifier]!(one);
      return actual === one.must_score ? [] : [{ field: "score", expected: one.must_score, actual }];
    },
  );
}
