/** The collection of rewards: faulty ones, each from a report, and sound ones. */
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

export interface WildReward {
  /** `empty-answer-includes` */
  readonly name: string;
  readonly file: string;
  readonly source: string;
  /** What goes wrong. */
  readonly fault: string;
  /** Where it was reported. */
  readonly report: string;
  /** Rules (`empty-includes`) and findings of the audit (`audit:empty-answer`) that must catch it. */
  readonly caughtBy: readonly string[];
}

const root = import.meta.dirname;

const headOf = (source: string, key: string): string => new RegExp(`^// ${key}: (.*)$`, "m").exec(source)?.[1] ?? "";

export function wildRewards(folder: "faulty" | "sound"): WildReward[] {
  return globSync("*.reward.ts", { cwd: join(root, folder) })
    .toSorted()
    .map((name) => {
      const file = join(root, folder, name);
      const source = readFileSync(file, "utf8").replaceAll("\r\n", "\n");
      return {
        name: basename(name, ".reward.ts"),
        file,
        source,
        fault: headOf(source, "Fault"),
        report: headOf(source, "Source"),
        caughtBy: headOf(source, "Caught by")
          .split(", ")
          .filter((one) => one !== ""),
      };
    });
}
