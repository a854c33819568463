/** What the rollouts of a run's training and held-out evaluations do, from first to last, as tables. */
import { openBehaviours } from "../behaviours/open-behaviours";
import { measureTexts, type BehaviourChange, type Comparison } from "../protocol/behaviours";
import type { RolloutPurpose } from "../protocol/traces";
import { openTraces } from "../runs/trace-reader";
import { tableText } from "./report";

const titles: Readonly<Record<RolloutPurpose, string>> = {
  train: "Training",
  sampling: "Rejection sampling",
  evaluation: "Held-out evaluations",
};

/** The text that the command prints. Throws an Error for people when the traces cannot be read. */
export function behavioursText(folder: string): string {
  const scan = openBehaviours(folder);
  const traces = openTraces(folder);
  try {
    scan.look(traces, Number.POSITIVE_INFINITY);
  } finally {
    traces.close();
  }
  const comparisons = scan.comparisons().filter(({ stage }) => stage !== null);
  if (comparisons.length === 0) return "The run does not have two steps with rollouts to compare.";
  return comparisons.map(comparisonText).join("\n\n");
}

function comparisonText({ purpose, stage, first, last, changes }: Comparison): string {
  const steps = ({ stage: name, from, to, rollouts }: Comparison["first"]): string =>
    `${name === stage ? "" : `${name} `}${from === to ? `step ${from}` : `steps ${from}–${to}`} (${rollouts} rollouts)`;
  return [
    `${titles[purpose]} of ${stage ?? "all stages"}: ${steps(first)} → ${steps(last)}`,
    "",
    tableText([
      ["", "first", "last", "difference", "95 % interval", "n"],
      ...changes.filter(({ last: [, of] }) => of > 0).map(cells),
    ]),
  ].join("\n");
}

function cells({ measure, first, last, difference }: BehaviourChange): string[] {
  const { title, scale } = measureTexts[measure];
  const digits = scale === "share" ? 3 : 1;
  const ratio = ([sum, of]: BehaviourChange["first"]): string => (of === 0 ? "–" : (sum / of).toFixed(digits));
  const signed = (value: number): string => {
    const text = value.toFixed(digits);
    return Number(text) === 0 ? text.replace("-", "") : `${value > 0 ? "+" : ""}${text}`;
  };
  return [
    title,
    ratio(first),
    ratio(last),
    difference ? signed(difference.value) : "–",
    difference ? `${signed(difference.low)} to ${signed(difference.high)}` : "–",
    `${first[1]} → ${last[1]}`,
  ];
}
