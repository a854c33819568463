/** A table of GitHub's Markdown. The first row is the heading; columns of the names in `right` are set to the right. A bar in a cell is no border. */
export function markdownTable(rows: readonly (readonly string[])[], right: readonly string[] = []): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", String.raw`\|`)).join(" | ")} |`;
  const [heading = [], ...rest] = rows;
  const rule = `| ${heading.map((title) => (right.includes(title) ? "--:" : "---")).join(" | ")} |`;
  return [line(heading), rule, ...rest.map(line)].join("\n");
}
