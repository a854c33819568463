/** A batch of rollouts that is scored, in a terminal. */
import { countsText, type JudgeCounts } from "../protocol/judges";
import { plural } from "../shared/plural";
import type { BatchProgress, RewardTotals } from "../scoring/score-batch";
import type { ProgressDisplay } from "./progress";
import { durationText } from "../shared/duration";

/** Milliseconds between two drawings of the progress. */
const interval = 100;

/** Shows progress ten times a second at most, and its end. The headline is the first reward's mean. */
export function batchProgress(display: ProgressDisplay, now = () => performance.now()) {
  let drawn = -Infinity;
  return (progress: BatchProgress): void => {
    const { samples, total, seconds, rewards } = progress;
    if (samples < total && now() - drawn < interval) return;
    drawn = now();
    const [first] = rewards;
    display.show({
      type: "progress",
      stage: "scoring",
      phase: "training",
      step: samples,
      steps: total,
      secondsLeft: samples === 0 ? null : (seconds / samples) * (total - samples),
      headline: first?.mean == null ? null : { name: first.name, value: first.mean },
    });
  };
}

function rewardText({ name, scores, mean, std, notApplicable, errors, firstError }: RewardTotals): string[] {
  const score = mean === null ? "no score" : `${mean.toFixed(3)} ± ${(std ?? 0).toFixed(3)}`;
  const rest = [plural(scores, "score"), `${notApplicable} not applicable`, plural(errors, "error")].join(", ");
  return [`${name}: ${score} (${rest})`, ...(firstError === null ? [] : [`  First error: ${firstError}`])];
}

/** `Judge careful: 12 calls, 40 answers known, cost 0.0031`, a line a judge. */
export const judgeLines = (judges: Readonly<Record<string, JudgeCounts>>): string[] =>
  Object.entries(judges).map(([name, counts]) => `Judge ${name}: ${countsText(counts)}`);

/** What came out: `correct: 0.620 ± 0.486 (1000 scores, 0 not applicable, 0 errors)`, a line a reward. */
export function batchText({ samples, seconds, rewards, judges }: BatchProgress): string {
  const speed = `${plural(samples, "rollout")} in ${durationText(seconds)}, ${Math.round(samples / Math.max(seconds, 1e-3))} a second`;
  return [speed, ...rewards.flatMap(rewardText), ...judgeLines(judges)].join("\n");
}
