/** How good a reward model is: on pairs that it was not trained on. */
import type { ConfidenceBin, RewardModelReport, StageReport } from "../../protocol/reports";

export interface ScoredPair {
  readonly chosen: number;
  readonly rejected: number;
  /** Tokens of the completions. */
  readonly chosenLength: number;
  readonly rejectedLength: number;
}

const bins = 5;
const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
const correctness = ({ chosen, rejected }: ScoredPair): number =>
  chosen > rejected ? 1 : chosen === rejected ? 0.5 : 0;
/** What it says of the completion that it prefers: σ(|difference|), from ½ to 1. */
const confidence = ({ chosen, rejected }: ScoredPair): number => 1 / (1 + Math.exp(-Math.abs(chosen - rejected)));

function correlation(xs: readonly number[], ys: readonly number[]): number | null {
  const [mx, my] = [mean(xs) ?? 0, mean(ys) ?? 0];
  let [xy, xx, yy] = [0, 0, 0];
  for (const [index, x] of xs.entries()) {
    const [dx, dy] = [x - mx, ys[index]! - my];
    [xy, xx, yy] = [xy + dx * dy, xx + dx * dx, yy + dy * dy];
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : null;
}

export function reportRewardModel(pairs: readonly ScoredPair[]): RewardModelReport {
  const accuracyOf = (of: readonly ScoredPair[]) => ({ accuracy: mean(of.map(correctness)), count: of.length });
  const table = Array.from({ length: bins }, (_, bin): ConfidenceBin => {
    const [from, to] = [0.5 + (0.5 * bin) / bins, 0.5 + (0.5 * (bin + 1)) / bins];
    const own = pairs.filter((pair) => {
      const said = confidence(pair);
      return said >= from && (said < to || bin === bins - 1);
    });
    return { from, to, count: own.length, confidence: mean(own.map(confidence)), accuracy: mean(own.map(correctness)) };
  });
  return {
    pairs: pairs.length,
    accuracy: mean(pairs.map(correctness)),
    ties: pairs.filter(({ chosen, rejected }) => chosen === rejected).length,
    margin: mean(pairs.map(({ chosen, rejected }) => chosen - rejected)),
    calibrationError:
      pairs.length === 0
        ? null
        : table.reduce(
            (sum, bin) => sum + (bin.count / pairs.length) * Math.abs((bin.confidence ?? 0) - (bin.accuracy ?? 0)),
            0,
          ),
    bins: table,
    lengthCorrelation: correlation(
      pairs.flatMap(({ chosenLength, rejectedLength }) => [chosenLength, rejectedLength]),
      pairs.flatMap(({ chosen, rejected }) => [chosen, rejected]),
    ),
    whenLonger: accuracyOf(pairs.filter(({ chosenLength, rejectedLength }) => chosenLength > rejectedLength)),
    whenShorter: accuracyOf(pairs.filter(({ chosenLength, rejectedLength }) => chosenLength < rejectedLength)),
    whenEqual: accuracyOf(pairs.filter(({ chosenLength, rejectedLength }) => chosenLength === rejectedLength)),
  };
}

/** Three digits: 207 of 208 are not 1.00. */
const share = (value: number | null): string => (value === null ? "–" : value.toFixed(3));

/** One line: `held-out accuracy 0.940 of 208 pairs (0.750 of the 8 labelled), calibration error 0.030, correlation with length −0.120 (accuracy 0.910 where …)`. */
export function rewardModelText(
  report: RewardModelReport,
  labelled: Extract<StageReport, { kind: "reward-model" }>["labelled"] = null,
): string {
  if (report.pairs === 0) return "no held-out pairs to measure it on";
  const parts = [
    { part: report.whenLonger, where: "where the chosen one is longer" },
    { part: report.whenShorter, where: "where shorter" },
    { part: report.whenEqual, where: "where as long" },
  ].flatMap(({ part, where }) => (part.count === 0 ? [] : [`${share(part.accuracy)} ${where}`]));
  const own =
    labelled === null ? "" : ` (${share(labelled.heldOut.accuracy)} of the ${labelled.heldOut.count} labelled)`;
  return (
    `held-out accuracy ${share(report.accuracy)} of ${report.pairs} pairs${own}${report.ties === 0 ? "" : `, ${report.ties} of them tied and half right`}, calibration error ${share(report.calibrationError)}, correlation with length ` +
    `${share(report.lengthCorrelation)} (accuracy ${parts.join(", ")})`
  );
}
