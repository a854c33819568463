/** Answers in words that say a value, a set, or yes and no. */
import { constant } from "./expression";
import type { ConstantName, Expression } from "./expression";
import { leadingNumberWords } from "./number-words";
import { measured } from "./parse-unit";
import { rational } from "./rational";

/** Words of an answer without case, brackets and punctuation, but with signs and what belongs to numbers and arithmetic. */
export const normalised = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll("−", "-")
    .replaceAll(/[^\p{L}\p{N}\p{Sm}.,:%/*^\p{Sc}\p{So}-]+/gu, " ")
    .replaceAll(/[.,:](?!\p{N})|(?<!\p{N})[,:]|(?<=\p{L})-|-(?![\p{N}\p{L}])/gu, " ")
    .replaceAll(/ +/g, " ")
    .trim();

const spelled = (words: string): string[] => words.split(", ");
/** Different words for one answer, also in Chinese, German, French and Spanish. */
const synonyms: ReadonlyMap<string, string> = new Map(
  Object.entries({
    yes: "是, 是的, ja, oui, sí",
    no: "否, 不是, nein, non",
    true: "对, 正确, 真, wahr, richtig, vrai, verdadero",
    false: "错, 错误, 假, falsch, faux, falso",
    "no solution":
      "no solutions, no real solution, no real solutions, none, empty set, the empty set, there is no solution, there are no solutions, " +
      "does not have a solution, 无解, 无, 没有解, keine lösung, keine, aucune, ninguna",
    undefined: "not defined, does not exist, dne, 不存在, nicht definiert, existiert nicht",
    odd: "奇数, ungerade",
    even: "偶数, gerade",
    "cannot be determined": "can not be determined, not enough information, insufficient information",
  }).flatMap(([word, others]) => spelled(others).map((other) => [other, word] as const)),
);
export const sameWord = (words: string): string => synonyms.get(words) ?? words;

const constants: ReadonlyMap<string, ConstantName> = new Map([
  ...spelled(
    "all real numbers, all reals, the real numbers, real numbers, any real number, every real number, reals, 全体实数",
  ).map((words) => [words, "reals"] as const),
  ...spelled("all integers, the integers, integers, any integer").map((words) => [words, "integers"] as const),
  ["infinity", "infinity"] as const,
]);

/** The value that words say, `twelve` or `two dozen eggs`, or the set, `all real numbers`; the words themselves where they say none. */
export function textAsValue(expression: Expression): Expression {
  if (expression.kind !== "text") return expression;
  const words = normalised(expression.text);
  const known = constants.get(words);
  if (known !== undefined) return constant(known);
  const ordinal = /^(\d{1,15})(?:st|nd|rd|th)$/.exec(words)?.[1];
  if (ordinal !== undefined)
    return { kind: "number", value: { numerator: BigInt(ordinal), denominator: 1n }, decimal: false };
  // `\text{12 inches}`
  const [, digits, unit] = /^(-?\d{1,15}(?:\.\d{1,15})?) (\p{L}[\p{L} ]{0,60})$/u.exec(words) ?? [];
  if (digits !== undefined && unit !== undefined) {
    const [whole, part = ""] = digits.split(".");
    const value = rational(BigInt(whole! + part), 10n ** BigInt(part.length))!;
    return measured({ kind: "number", value, decimal: part !== "" }, unit);
  }
  const number = leadingNumberWords(words);
  if (number === null) return expression;
  const value: Expression = { kind: "number", value: number.value, decimal: false };
  return number.rest === "" ? value : measured(value, number.rest);
}
