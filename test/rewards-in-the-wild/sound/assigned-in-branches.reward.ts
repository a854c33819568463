// A variable without a value, which every branch gives one; a `switch` that knows every case.
import { splitReasoning, type Reward } from "reasoning-lab";

export const graded: Reward = ({ completion, answer }) => {
  const given = splitReasoning(completion).answer;
  let score: number;
  if (given === null) score = 0;
  else if (given === answer) score = 1;
  else score = 0.1;
  return score;
};

export const byKind: Reward = ({ row, completion }) => {
  switch (row["kind"]) {
    case "short":
      return completion.length < 100 ? 1 : 0;
    case "long":
      return completion.length < 1000 ? 1 : 0;
    default:
      return null;
  }
};
