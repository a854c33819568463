/** The table of `docs/reward-rules.md`: faults of the wild, where they were reported, and what catches them. */
import { markdownTable } from "../../server/shared/markdown-table";
import { wildRewards } from "./collection.testing";

/** `trl#6533` of an address on GitHub. */
function shortName(report: string): string {
  const found = /github\.com\/[^/]+\/([^/]+)\/(?:issues|pull)\/(\d+)$/.exec(report);
  return found
    ? `[${found[1]!}#${found[2]!}](${report})`
    : (/^(\S+) \((.*)\)$/
        .exec(report)
        ?.slice(1)
        .map((one, at) => (at === 0 ? `[open-r1](${one})` : one))
        .join(" ") ?? report);
}

export const wildTable = (): string =>
  markdownTable([
    ["fault", "reported in", "file", "caught by"],
    ...wildRewards("faulty").map(({ name, fault, report, caughtBy }) => [
      fault,
      shortName(report),
      `\`${name}\``,
      caughtBy.map((one) => `\`${one}\``).join(", "),
    ]),
  ]);
