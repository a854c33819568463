/** Comments that leave a rule out: `// reasoning-lab-ignore RULE: reason`, on the line before or at the end of the line. */
import type { Finding } from "./finding";
import { isRule, ruleIds, type RuleId } from "./rules";
import type { Syntax } from "./syntax";
import { nearestWord } from "../../shared/nearest-word";

const form = /^\s*\*?\s*reasoning-lab-ignore\s+([\w-]+)\s*(?::\s*([\s\S]*))?$/;

interface Suppression {
  readonly rule: RuleId;
  /** From 1. */
  readonly line: number;
  readonly offset: number;
  readonly length: number;
}

/** What is left of the findings, with what is wrong about the comments. `complete`: whether every rule was looked at, so that an unused comment can be told. */
export function withoutSuppressed(
  syntax: Syntax,
  findings: readonly Finding[],
  looked: (rule: RuleId) => boolean,
): Finding[] {
  const suppressions: Suppression[] = [];
  const problems: Finding[] = [];
  const starts = [0, ...[...syntax.source.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const lineOf = (offset: number): number => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
  for (const comment of syntax.comments) {
    const found = form.exec(comment.value);
    if (!found) continue;
    const offset = comment.start ?? 0;
    const place = { offset, length: (comment.end ?? offset) - offset, fixes: [], sample: null };
    const [, name, reason] = found;
    if (!isRule(name!)) {
      const near = nearestWord(name!, ruleIds);
      problems.push({
        rule: "unused-suppression",
        ...place,
        message: `There is no rule "${name!}".${near === null ? "" : ` Did you mean ${near}?`}`,
      });
    } else if ((reason ?? "").trim() === "")
      problems.push({
        rule: "suppression-without-reason",
        ...place,
        message: `Say why: // reasoning-lab-ignore ${name}: reason. Without one the rule is not left out.`,
      });
    else
      suppressions.push({
        rule: name,
        line: coveredLine(syntax, comment.start ?? 0, comment.end ?? 0, lineOf),
        offset,
        length: place.length,
      });
  }
  const used = new Set<Suppression>();
  const left = findings.filter(({ rule, offset, length }) => {
    const [first, last] = [lineOf(offset), lineOf(offset + Math.max(0, length - 1))];
    const by = suppressions.find(
      (one) => one.rule === rule && one.line >= first && one.line <= last && (one.line === first || last - first < 3),
    );
    if (by) used.add(by);
    return !by;
  });
  const unused = suppressions
    .filter((one) => !used.has(one) && looked(one.rule))
    .map(({ rule, offset, length }): Finding => ({
      rule: "unused-suppression",
      offset,
      length,
      message: `${rule} finds nothing here: take this comment away.`,
      fixes: [{ title: "Take the comment away", edits: [{ offset, length, text: "" }] }],
      sample: null,
    }));
  return [...left, ...problems, ...unused];
}

/** The line itself where code stands before the comment, else the next one with code. */
function coveredLine({ source }: Syntax, start: number, end: number, lineOf: (offset: number) => number): number {
  const before = source.slice(source.lastIndexOf("\n", start - 1) + 1, start);
  if (before.trim() !== "") return lineOf(start);
  const rest = source.slice(end);
  const skipped = /^(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/.exec(rest)?.[0].length ?? 0;
  return lineOf(end + skipped);
}
