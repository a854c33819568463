// The figures as text and as Markdown.
import { markdownTable } from "../../server/shared/markdown-table.ts";

const number = (value) =>
  value >= 1000 ? Math.round(value).toLocaleString("en-US") : String(Number(value.toPrecision(3)));
const withSpread = ({ median, low, high }) => `${number(median)} (${number(low)}–${number(high)})`;
const times = (ratio) => (ratio ? `${Number(ratio.median.toPrecision(3))}×` : "");

export function textTable(results, header) {
  const rows = results.map(({ work, engine, unit, ours, theirs, ratio }) => [
    work,
    engine,
    `${withSpread(ours)} ${unit}`,
    theirs ? `${withSpread(theirs)} ${unit}` : "",
    ratio ? `${times(ratio)} (${ratio.low}–${ratio.high})` : "",
  ]);
  if (header) rows.unshift(["work", "engine", "ours, median (quartiles)", "PyTorch / TRL", "ratio"]);
  const widths = [36, 11, 42, 42, 0];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join(" ")
        .trimEnd(),
    )
    .join("\n");
}

/** Without the matrix products, which say something to whoever works on the kernels. */
export function fullTable(results, targets) {
  const works = results.filter(({ work }) => !work.startsWith("matrix"));
  const rows = works.map(({ work, engine, unit, ours, theirs, ratio }) => {
    const target = targets.find((entry) => entry.work === work && entry.engine === engine);
    const goal =
      target === undefined
        ? ""
        : target.most === undefined
          ? `≥ ${target.atLeast}×, aim ${target.aim}×`
          : `≤ ${target.most} ${unit}, aim ${target.aim}`;
    const cells = [work, engine, `${number(ours.median)} ${unit}`, theirs ? `${number(theirs.median)} ${unit}` : ""];
    return [...cells, times(ratio), goal];
  });
  return markdownTable([["work", "engine", "ours", "PyTorch / TRL", "ratio", "target"], ...rows]);
}

/** The rows of the README: what the default engine takes for what people wait for. Null where one of them was not measured. */
export function shortTable(results) {
  const works = ["generation", "GRPO, reference task, 100 steps", "start to first step"];
  const found = works.map((work) => results.find((row) => row.work === work && row.engine === "simd" && row.theirs));
  if (found.includes(undefined)) return null;
  const rows = found.map(({ work, unit, ours, theirs, ratio }) => [
    work,
    `${number(ours.median)} ${unit}`,
    `${number(theirs.median)} ${unit}`,
    times(ratio),
  ]);
  return markdownTable([["work", "Reasoning Lab", "PyTorch / TRL", "ratio"], ...rows]);
}

/** Work on a real model beside its peers, with the memory of each process. */
export function realTable(results, targetText) {
  const gigabytes = (value) => `${number(value)} GB`;
  const rows = results.map((row) => {
    const { work, engine, unit, ours, peak_gb, peer, theirs, their_peak_gb, ratio } = row;
    const beside = theirs
      ? [peer, `${number(theirs.median)} ${unit}, ${gigabytes(their_peak_gb)}`, times(ratio)]
      : ["", "", ""];
    return [work, engine, `${number(ours.median)} ${unit}, ${gigabytes(peak_gb)}`, ...beside, targetText(row)];
  });
  return markdownTable([["work", "engine", "ours", "peer", "its speed and memory", "ratio", "target"], ...rows]);
}

/** What the editor takes, beside what it may take. */
export function editorTable(results, targets) {
  const rows = results.map(({ work, median, p95, count }) => {
    const { by, most, unit } = targets.find((target) => target.work === work);
    const cell = (value) => `${number(value)} ${unit}`;
    return [work, cell(median), cell(p95), String(count), `${by} ≤ ${cell(most)}`];
  });
  return markdownTable([["what", "median", "p95", "measured", "target"], ...rows]);
}
