/** Math-Verify doing the same work, in a Python that has it. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import * as z from "zod";

export interface Sample {
  readonly completion: string;
  readonly gold: string;
}

const answersSchema = z.object({ scores: z.array(z.union([z.literal(0), z.literal(1)])), seconds: z.number() });
export type PeerAnswers = z.infer<typeof answersSchema>;

/** Scores of each named set of samples with the seconds that it took. Throws with what Python said when it fails. */
export function askMathVerify<K extends string>(
  python: string,
  root: string,
  sets: Readonly<Record<K, readonly Sample[]>>,
): Promise<Record<K, PeerAnswers>> {
  const script = join(root, "test", "bench", "verifiers", "math_verify_peer.py");
  const { stdout, stderr, status, error } = spawnSync(python, [script], {
    input: JSON.stringify(sets),
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${python} with math-verify failed: ${stderr.trim().split("\n").at(-1) ?? ""}`);
  const answers = z.record(z.string(), answersSchema).parse(JSON.parse(stdout));
  return Promise.resolve(
    Object.fromEntries(Object.keys(sets).map((name) => [name, answersSchema.parse(answers[name])])) as Record<
      K,
      PeerAnswers
    >,
  );
}
