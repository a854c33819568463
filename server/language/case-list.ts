/** The cases of a reward file as the editor lists them: nothing is executed. */
import { createHash } from "node:crypto";
import type { CaseEntry, CaseList } from "../protocol/cases";
import { caseLine, casesFile, expectationText, parseCases } from "../rewards/cases";
import { discoverRewards } from "../rewards/discover";
import { named } from "../shared/unseen";

/** Characters of a completion by which a case is told from others. */
const shownCharacters = 72;

/** A text on one line, cut in its middle: completions begin and end alike. */
function short(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  const characters = Array.from(line);
  if (characters.length <= shownCharacters) return named(line);
  const half = (shownCharacters - 1) / 2;
  return named(`${characters.slice(0, half).join("")}…${characters.slice(-half).join("")}`);
}

/** `source`: text of the reward file; `cases`: of its file of cases, null where there is none. */
export function caseList(file: string, source: string, cases: string | null): CaseList {
  const found = parseCases(cases ?? "");
  const { rewards } = discoverRewards(source);
  /** How often the same case stood there before. */
  const seen = new Map<string, number>();
  const entries = found.cases.map((one): CaseEntry => {
    const hash = createHash("sha256").update(caseLine(one)).digest("hex").slice(0, 16);
    const times = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, times);
    const label = short(one.completion);
    return {
      line: one.line,
      reward: one.reward,
      label: label === "" ? "(empty completion)" : label,
      expected: expectationText(one.expect),
      key: `${hash}-${times}`,
    };
  });
  const places = rewards.map(({ name, line, column, length }) => ({
    name,
    place: { line: line - 1, from: column - 1, to: column - 1 + length },
  }));
  const others = [...new Set(entries.map(({ reward }) => reward))].filter(
    (name) => !rewards.some((reward) => reward.name === name),
  );
  return {
    casesFile: casesFile(file),
    rewards: [...places, ...others.map((name) => ({ name, place: null }))],
    cases: entries,
    problems: found.problems,
  };
}
