/**
 * Whether an answer to an entry of reasoning-gym is right: right or not, where its own `score_answer` also gives part marks, to answers that
 * merely contain the gold one, say. Full marks here imply full marks there, white space at the ends aside.
 */
import { withoutAtEnd } from "../../shared/without-end";
import { solvesCountdown } from "../arithmetic/evaluate-arithmetic";

/** One line of its JSONL export. */
export interface ReasoningGymEntry {
  readonly question: string;
  /** Null where a question has many answers and no chosen one. */
  readonly answer: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
}

type Check = (answer: string, gold: string, metadata: ReasoningGymEntry["metadata"]) => boolean;

const numbersOf = (value: unknown): number[] | null =>
  Array.isArray(value) && value.every((each) => typeof each === "number") ? value : null;

/** Signs that reasoning-gym reads in an expression: no others for minus, times and divided by, and between them spaces alone. */
const plainExpression = /^[\d+\-*/() ]+$/;
/** A number with a zero before it, or a sign before a sign of its own: Python's parser refuses them, or takes them for something else. */
const oddNumber = /(?<!\d)0\d|[-+] *[-+] *[-+]/;

/** An expression of all the numbers that gives the target. Without numbers in the metadata only the gold answer counts. */
const expression =
  (target: (metadata: ReasoningGymEntry["metadata"]) => unknown): Check =>
  (answer, gold, metadata) => {
    const numbers = numbersOf(metadata["numbers"]);
    const wanted = target(metadata);
    if (!numbers || typeof wanted !== "number") return answer === gold;
    return plainExpression.test(answer) && !oddNumber.test(answer) && solvesCountdown(answer, numbers, wanted);
  };

/** A decimal number without the zeros at its end, so that `8.190` is `8.19`; null when it is none. */
function plainDecimal(text: string): string | null {
  // The zeros are no part of the pattern: one with three runs of digits takes minutes for a text of zeros.
  const match = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text);
  if (!match) return null;
  const [, sign, written, after = ""] = match;
  const whole = written!.replace(/^0+(?=\d)/, "");
  const decimals = withoutAtEnd(after, "0");
  const size = decimals === "" ? whole : `${whole}.${decimals}`;
  return size === "0" ? "0" : `${sign!}${size}`;
}

const decimal: Check = (answer, gold) => {
  const value = plainDecimal(answer);
  return value !== null && value === plainDecimal(gold);
};

/** A printed list of numbers, whatever the spaces and quotes between them; null when it is none. Other white space Python reads only in part. */
function printedList(text: string): string[] | null {
  if (/[^\S ]/.test(text)) return null;
  const match = /^\[(.*)\]$/s.exec(text);
  if (!match) return null;
  const items = match[1]!.split(",").map((item) => item.trim().replace(/^(['"])(.*)\1$/s, "$2"));
  return items.every((item) => /^-?\d+(?:\.\d+)?$/.test(item)) ? items : null;
}

const numberList: Check = (answer, gold) => {
  const [given, wanted] = [printedList(answer), printedList(gold)];
  return given !== null && wanted !== null && given.join() === wanted.join();
};

const factors = (text: string): string | null => {
  if (/[^\S ]/.test(text)) return null;
  const items = text.split("×").map((item) => item.trim());
  return items.every((item) => /^\d{1,15}$/.test(item))
    ? items
        .map(Number)
        .sort((a, b) => a - b)
        .join()
    : null;
};

const sameFactors: Check = (answer, gold) => {
  const given = factors(answer);
  return given !== null && given === factors(gold);
};

const anyCase: Check = (answer, gold) => answer.toLowerCase() === gold.toLowerCase();

const checks: ReadonlyMap<string, Check> = new Map<string, Check>([
  ["countdown", expression((metadata) => metadata["target"])],
  ["puzzle24", expression(() => 24)],
  ["decimal_chain_sum", decimal],
  ["number_sorting", numberList],
  ["prime_factorization", sameFactors],
  ["spell_backward", anyCase],
  ["bitwise_arithmetic", anyCase],
]);

/** The answer that stands for an entry: its own, or the example of its metadata where there are many. Null: there is none. */
export function goldAnswer({ answer, metadata }: ReasoningGymEntry): string | null {
  if (answer !== null) return answer;
  const example = metadata["example_answer"];
  return typeof example === "string" ? example : null;
}

/** Without white space at its ends. A byte order mark, which JavaScript takes for white space, is none to Python. */
const bare = (text: string): string => (text.includes("\uFEFF") ? text : text.trim());

export function checkReasoningGym(entry: ReasoningGymEntry, answer: string): boolean {
  const gold = goldAnswer(entry);
  if (gold === null) return false;
  const [given, wanted] = [bare(answer), bare(gold)];
  if (given === "") return false;
  const check = checks.get(String(entry.metadata["source_dataset"]));
  return given === wanted || (check?.(given, wanted, entry.metadata) ?? false);
}
