// The figures as text and as Markdown.

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
export function markdownTable(results, targets) {
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
    return `| ${[...cells, times(ratio), goal].join(" | ")} |`;
  });
  return ["| work | engine | ours | PyTorch / TRL | ratio | target |", "|---|---|---|---|---|---|", ...rows].join("\n");
}
