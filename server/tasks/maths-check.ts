/** Answers in maths, read and judged as `verifyMath` does. */
import { goldProblem, sameMath, verifyMath } from "../verifiers/maths/verify-math";
import type { ValueCheck } from "./task";

export const mathsCheck: ValueCheck = {
  judge(row, completion) {
    const { score } = verifyMath(completion, row.answer);
    return score === null ? null : score === 1;
  },
  same: sameMath,
  problemOf: goldProblem,
};
