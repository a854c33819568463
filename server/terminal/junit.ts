/** Outcomes of reward cases as JUnit XML, which CI systems read. */
import type { CaseOutcome, CaseProblem } from "../protocol/cases";

export interface TestedFile {
  /** As it is shown: from the current folder. */
  readonly file: string;
  /** Its file of cases, in the same way. */
  readonly casesFile: string;
  readonly outcomes: readonly CaseOutcome[];
  readonly problems: readonly CaseProblem[];
  /** Why its cases cannot be run at all; null: they were. */
  readonly failure: string | null;
}

/** Characters that XML 1.0 has no place for, not even escaped: halves of characters among them. */
const forbidden =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Such a character written out, as JSON has it. */
const writtenOut = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** A text in an attribute or an element. Line ends and tabs would be turned into spaces in an attribute. */
export const xmlText = (text: string): string =>
  text
    .replace(forbidden, writtenOut)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    .replace(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);

const attributes = (of: Readonly<Record<string, string | number>>): string =>
  Object.entries(of)
    .map(([name, value]) => ` ${name}="${xmlText(String(value))}"`)
    .join("");

const element = (name: string, of: Readonly<Record<string, string | number>>, within: string): string =>
  within === "" ? `<${name}${attributes(of)}/>` : `<${name}${attributes(of)}>${within}</${name}>`;

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(3);

function caseElement(outcome: CaseOutcome, file: string): string {
  const { line, reward, verdict, expected, actual, milliseconds } = outcome;
  const message = `expected ${expected}, got ${actual}`;
  const within =
    verdict === "passed"
      ? ""
      : verdict === "failed"
        ? element("failure", { message, type: "case" }, xmlText(`${file}:${line}: ${message}`))
        : element("error", { message: actual, type: "reward" }, xmlText(`${file}:${line}: ${actual}`));
  const of = { name: `line ${line}`, classname: reward, file, line, time: seconds(milliseconds ?? 0) };
  return `    ${element("testcase", of, within)}`;
}

function problemElement({ line, column, message }: CaseProblem, file: string): string {
  const within = element("error", { message, type: "line" }, xmlText(`${file}:${line}:${column}: ${message}`));
  return `    ${element("testcase", { name: `line ${line}`, classname: "cases", file, line, time: seconds(0) }, within)}`;
}

const failureElement = (message: string, file: string): string =>
  `    ${element("testcase", { name: "cases", classname: "cases", file, time: seconds(0) }, element("error", { message, type: "file" }, xmlText(message)))}`;

/** How many of a file's cases there are, failed, and could not be run: lines that are no cases are among the last. */
export function countsOf({ outcomes, problems, failure }: TestedFile) {
  const of = (verdict: CaseOutcome["verdict"]): number => outcomes.filter((one) => one.verdict === verdict).length;
  const errors = of("not-run") + problems.length + (failure === null ? 0 : 1);
  return { tests: outcomes.length + problems.length + (failure === null ? 0 : 1), failures: of("failed"), errors };
}

/** The whole file. */
export function junitXml(files: readonly TestedFile[]): string {
  const suites = files.map((tested) => {
    const { casesFile, outcomes, problems, failure } = tested;
    const time = outcomes.reduce((sum, { milliseconds }) => sum + (milliseconds ?? 0), 0);
    const within = [
      ...outcomes.map((outcome) => caseElement(outcome, casesFile)),
      ...problems.map((problem) => problemElement(problem, casesFile)),
      ...(failure === null ? [] : [failureElement(failure, casesFile)]),
    ];
    const of = { name: tested.file, ...countsOf(tested), skipped: 0, time: seconds(time) };
    return `  ${element("testsuite", of, `\n${within.join("\n")}\n  `)}`;
  });
  const all = files.map(countsOf);
  const sum = (name: "tests" | "failures" | "errors"): number => all.reduce((total, one) => total + one[name], 0);
  const of = { name: "reasoning-lab test", tests: sum("tests"), failures: sum("failures"), errors: sum("errors") };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element("testsuites", of, `\n${suites.join("\n")}\n`)}\n`;
}
