/** A proven finding as a line of its reward's file of cases: what a sound reward says of it. */
import type { AuditFinding } from "../protocol/audit";
import { caseLine } from "../rewards/cases";
import { UserError } from "../shared/user-error";

/** Throws a UserError for one that no single reward is to blame for, or that a person has to judge first. */
export function findingAsCase({ id, reward, sample, sound }: AuditFinding): string {
  if (reward === null) throw new UserError(`${id} is of the sum of several rewards; a case is of one.`);
  if (sound === null)
    throw new UserError(`${id} needs a person's judgement: nobody knows yet what a sound reward says of it.`);
  const { prompt, completion, answer, row } = sample;
  const columns = Object.fromEntries(
    Object.entries(row).filter(
      ([name, value]) => !(name === "prompt" && value === prompt) && !(name === "answer" && value === answer),
    ),
  );
  return caseLine({ reward, prompt, completion, answer, row: columns, expect: sound.score });
}
