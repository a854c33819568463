/** The verdict on a rollout, also of stores that recorded none. */

/**
 * SQL of a rollout's verdict: 1, 0, or NULL where nothing is known. Of rollouts without one of their own (older versions stored none) only what
 * follows for certain: evaluations judged theirs, what was cut off is not right, and what is the gold answer sign for sign is.
 *
 * @param signs whether a run's tasks hold answers against the gold one sign for sign: then what is another answer is wrong
 */
export const verdictOf = (stored: boolean, signs: boolean): string => `COALESCE(${stored ? "correct, " : ""}CASE
  WHEN purpose <> 'train' AND (SELECT count(*) FROM json_each(rewards)) = 1 THEN json_extract(rewards, '$.right.score') END, CASE
  WHEN finish_reason = 'length' THEN 0
  WHEN extracted IS NOT NULL AND trim(extracted) = trim(answer) THEN 1
  ${signs ? "ELSE 0" : ""} END)`;
