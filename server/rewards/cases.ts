/** Reward cases, `NAME.reward.cases.jsonl` beside `NAME.reward.ts`: what a reward must say of a given completion. */
import { parseTree, printParseErrorCode, type Node, type ParseError } from "jsonc-parser";
import type * as z from "zod";
import type { CaseProblem } from "../protocol/cases";
import type { RewardOutcome } from "../protocol/traces";
import { pathText, rangeOf, type JsonPath } from "../recipes/positions";
import { suggestion } from "../recipes/did-you-mean";
import { linesOf } from "../rows/text-blocks";
import { beyondBounds, parseBoundedJson, plainJson } from "../shared/bounded-json";
import { rewardCaseSchema, type Expectation } from "./case-schema";

export interface RewardCase extends z.infer<typeof rewardCaseSchema> {
  /** Line in the file, from 1. */
  readonly line: number;
}

export interface RewardCases {
  readonly cases: readonly RewardCase[];
  readonly problems: readonly CaseProblem[];
}

/** The file of cases of a reward file. */
export const casesFile = (rewardFile: string) => rewardFile.replace(/\.reward\.ts$/, ".reward.cases.jsonl");

/** The reward file that a file of cases is of. */
export const rewardFileOf = (cases: string) => cases.replace(/\.reward\.cases\.jsonl$/, ".reward.ts");

const syntax: Readonly<Record<string, string>> = {
  CommaExpected: "A comma is missing here.",
  ColonExpected: "A colon is missing here.",
  PropertyNameExpected: 'A key in double quotes is expected here, or "}".',
  ValueExpected: "A value is missing here.",
  CloseBraceExpected: 'A closing "}" is missing: a case is one line.',
  CloseBracketExpected: 'A closing "]" is missing: a case is one line.',
  InvalidSymbol: "This is not a number, a string in double quotes, true, false or null.",
  UnexpectedEndOfString: "The string is not closed with a double quote: a case is one line.",
  InvalidCommentToken: "Cases have no comments: each line is one JSON object.",
  EndOfFileExpected: "The case ends before this: each line is one case.",
};

const keys = Object.keys(rewardCaseSchema.shape);

type At = Pick<CaseProblem, "column" | "length"> & { readonly message: string };

function issueProblems(text: string, tree: Node, value: unknown, issue: z.core.$ZodIssue): readonly At[] {
  const path: JsonPath = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
  const at = (message: string, place: JsonPath, what: "key" | "value" = "value"): At => {
    const { column, length } = rangeOf(text, tree, place, what);
    return { column, length: Math.max(1, length), message };
  };
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) =>
      at(`Unknown key "${key}".${suggestion(key, keys)} Further columns of the row go into "row".`, [key], "key"),
    );
  const [first] = path;
  if (first === undefined) return [at("A case is an object: { … }.", [])];
  const missing = typeof value === "object" && value !== null && !Object.hasOwn(value, first);
  if (missing) return [at(`"${String(first)}" is missing.`, [])];
  if (first === "expect") {
    const range = issue.code === "custom" ? ` In a range, ${issue.message}.` : "";
    return [at(`"expect" is a number, [min, max], null or "error".${range}`, ["expect"])];
  }
  if (issue.code === "invalid_type") return [at(`"${pathText(path)}" must be of type ${issue.expected}.`, path)];
  if (issue.code === "too_small") return [at(`"${pathText(path)}" must not be empty.`, path)];
  return [at(`"${pathText(path)}": ${issue.message}.`, path)];
}

/** A line that is a case, or what is wrong with it. */
function parseCase(text: string): z.infer<typeof rewardCaseSchema> | readonly At[] {
  const beyond = beyondBounds(text, plainJson);
  if (beyond !== null) return [{ column: 1, length: 1, message: `This line ${beyond}.` }];
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const [error] = errors;
  if (error || !tree) {
    const code = error ? printParseErrorCode(error.error) : "ValueExpected";
    const offset = Math.min(error?.offset ?? 0, Math.max(0, text.trimEnd().length - 1));
    const length = Math.max(1, Math.min(error?.length ?? 1, text.trimEnd().length - offset));
    return [{ column: offset + 1, length, message: syntax[code] ?? `Not JSON: ${code}.` }];
  }
  let value: unknown;
  try {
    value = parseBoundedJson(text);
  } catch {
    return [{ column: 1, length: Math.max(1, text.trimEnd().length), message: "This line is not JSON." }];
  }
  const parsed = rewardCaseSchema.safeParse(value);
  return parsed.success ? parsed.data : parsed.error.issues.flatMap((issue) => issueProblems(text, tree, value, issue));
}

/** Problems that are told of one file. */
const mostProblems = 200;

/** Reads cases; a line that is not one is a problem with its place, and the others count. */
export function parseCases(text: string): RewardCases {
  const cases: RewardCase[] = [];
  const problems: CaseProblem[] = [];
  for (const { text: content, line } of linesOf(text.replace(/^\ufeff/, ""))) {
    const parsed = parseCase(content.replace(/\r$/, ""));
    if (!("reward" in parsed)) {
      if (problems.length < mostProblems) problems.push(...parsed.map((at) => ({ line, ...at })));
    } else cases.push({ ...parsed, line });
  }
  return { cases, problems };
}

/** A case as a line of its file, without the newline. Unset rows are left out. */
export function caseLine({ reward, prompt, completion, answer, row, expect }: Omit<RewardCase, "line">): string {
  const columns = Object.keys(row).length === 0 ? {} : { row };
  return JSON.stringify({ reward, prompt, completion, answer, ...columns, expect });
}

export function meetsExpectation(outcome: RewardOutcome, expected: Expectation): boolean {
  if (expected === "error") return outcome.kind === "error";
  if (expected === null) return outcome.kind === "not-applicable";
  if (outcome.kind !== "score") return false;
  const [low, high] = typeof expected === "number" ? [expected - 1e-6, expected + 1e-6] : expected;
  return outcome.score >= low && outcome.score <= high;
}

/** `[0.5,1]`, `"error"`: as it stands in the file. */
export const expectationText = (expected: Expectation): string => JSON.stringify(expected);

export function outcomeText(outcome: RewardOutcome): string {
  if (outcome.kind === "score") return String(outcome.score);
  return outcome.kind === "error" ? `error: ${outcome.message}` : "null";
}

/** The outcome of a reward as what a case would expect of it. */
export function expectationOf(outcome: RewardOutcome): Expectation {
  if (outcome.kind === "score") return outcome.score;
  return outcome.kind === "error" ? "error" : null;
}
