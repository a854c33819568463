/** Findings that somebody accepted, with the reason: `NAME.reward.audit.json` beside the reward. */
import * as z from "zod";
import { readText, sizeLimits, statsOf } from "../files/workspace-file";
import { replaceFile } from "../runs/atomic-file";
import { parseBoundedJson } from "../shared/bounded-json";
import { UserError } from "../shared/user-error";

const acceptedSchema = z.strictObject({
  accepted: z.array(
    z.strictObject({
      /** `correct/hedged` */
      finding: z.string().min(1),
      reason: z.string().trim().min(1),
    }),
  ),
});
export type Accepted = z.infer<typeof acceptedSchema>["accepted"][number];

export const acceptedFile = (rewardFile: string): string => rewardFile.replace(/\.reward\.ts$/, ".reward.audit.json");

/** Empty where there is no such file. Throws a UserError for one that cannot be read: nothing counts as accepted by mistake. */
export function readAccepted(rewardFile: string): readonly Accepted[] {
  const path = acceptedFile(rewardFile);
  if (statsOf(path) === null) return [];
  let data: unknown;
  try {
    data = parseBoundedJson(readText(path, sizeLimits.report));
  } catch (error) {
    throw new UserError(`${path} is not JSON. Write { "accepted": [{ "finding": "REWARD/ATTACK", "reason": "…" }] }.`, {
      cause: error,
    });
  }
  const parsed = acceptedSchema.safeParse(data);
  if (parsed.success) return parsed.data.accepted;
  const [issue] = parsed.error.issues;
  throw new UserError(
    `${path}: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "is wrong"}. Write { "accepted": [{ "finding": "REWARD/ATTACK", "reason": "…" }] }; each needs its reason.`,
  );
}

/** Accepts a finding, or gives it another reason; without a reason it is accepted no more. */
export function accept(rewardFile: string, finding: string, reason: string): void {
  const others = readAccepted(rewardFile).filter((one) => one.finding !== finding);
  const accepted = reason.trim() === "" ? others : [...others, { finding, reason: reason.trim() }];
  replaceFile(acceptedFile(rewardFile), `${JSON.stringify({ accepted }, null, 2)}\n`);
}
