/** Reads a filter line: `reward > 0.8 and correct = 0 and tokens > 200`. */
import { t } from "../../shared/l10n";
import { nearestWord } from "../../shared/nearest-word";
import {
  flags,
  isComparedField,
  isFlag,
  isNumberField,
  isTextField,
  numberFields,
  textFields,
  valuesOfField,
  type Comparison,
  type NumberOperand,
  type RolloutFilter,
  type TextField,
} from "./fields";
import { FilterError, tokensOf, type Token } from "./tokens";

/** Brackets and `not` within each other. */
const deepest = 50;

const comparisonOf: Readonly<Record<string, Comparison>> = {
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
  "=": "=",
  "==": "=",
  "!=": "!=",
  "<>": "!=",
};

/**
 * The filter of a line; null: the line is empty, and everything is shown. `rewards`: names that stand for themselves; null: any word may be one. Throws
 * {@link FilterError} with the place, and nothing else.
 */
export function parseFilter(line: string, rewards: readonly string[] | null): RolloutFilter | null {
  const tokens = tokensOf(line);
  if (tokens.length === 0) return null;
  const end: Token = { kind: "sign", text: "", from: line.length, to: line.length };
  let at = 0;
  const peek = (): Token => tokens[at] ?? end;
  const take = (): Token => tokens[at++] ?? end;
  const isWord = (token: Token, ...words: readonly string[]): boolean =>
    token.kind === "word" && words.includes(token.text.toLowerCase());
  const isSign = (token: Token, ...signs: readonly string[]): boolean =>
    token.kind === "sign" && signs.includes(token.text);
  const fail = (message: string, { from, to }: Token): never => {
    throw new FilterError(message, Math.min(from, Math.max(0, line.length - 1)), Math.max(to, 1));
  };

  const joined = (kind: "and" | "or", sign: string, part: () => RolloutFilter): RolloutFilter => {
    const parts = [part()];
    while (isWord(peek(), kind) || isSign(peek(), sign)) {
      take();
      parts.push(part());
    }
    return parts.length === 1 ? parts[0]! : { kind, parts };
  };
  const either = (depth: number): RolloutFilter => joined("or", "||", () => joined("and", "&&", () => one(depth)));

  function one(depth: number): RolloutFilter {
    const token = peek();
    if (depth > deepest) fail(t("Brackets and not stand within each other more than {0} times.", deepest), token);
    if (isWord(token, "not") || isSign(token, "!")) {
      take();
      return { kind: "not", of: one(depth + 1) };
    }
    if (!isSign(token, "(")) return condition();
    take();
    const inner = either(depth + 1);
    if (!isSign(peek(), ")")) fail(t("A closing bracket is missing."), peek());
    take();
    return inner;
  }

  function condition(): RolloutFilter {
    const token = take();
    if (token === end) return fail(t("Something is missing here: a field, as reward, or not, or a bracket."), token);
    if (token.kind !== "word") return fail(t("A condition begins with a field, as reward > 0.8."), token);
    const name = token.text;
    if (name === "rewards" && isSign(peek(), ".")) {
      take();
      const of = take();
      if (of.kind !== "word" && of.kind !== "text")
        return fail(t('Behind the point stands the name of a reward, as rewards."my reward".'), of);
      return comparedNumber({ kind: "score", reward: of.text });
    }
    const next = peek();
    const compares =
      next.kind === "sign" && (Object.hasOwn(comparisonOf, next.text) || next.text === "~" || next.text === "!~");
    if (isFlag(name) && !compares) return { kind: "flag", flag: name };
    if (name === "correct" && !compares) return { kind: "flag", flag: "right" };
    if (isNumberField(name)) return comparedNumber({ kind: "field", field: name });
    if (isTextField(name)) return comparedText(name);
    if (name === "error" && (isSign(next, "~") || isSign(next, "!~"))) return comparedText("message");
    if (rewards === null || rewards.includes(name)) return comparedNumber({ kind: "score", reward: name });
    const words = [...Object.keys(numberFields), ...Object.keys(textFields), ...Object.keys(flags), ...rewards, "not"];
    const near = nearestWord(name, words);
    return fail(
      near === null ? t("There is no field {0}.", name) : t("There is no field {0}. Did you mean {1}?", name, near),
      token,
    );
  }

  function comparedNumber(operand: NumberOperand): RolloutFilter {
    const token = take();
    const comparison =
      token.kind === "sign" && Object.hasOwn(comparisonOf, token.text) ? comparisonOf[token.text]! : null;
    if (comparison === null) return fail(t("A comparison is missing: one of < <= = != >= >."), token);
    const value = take();
    if (value.kind === "number") return { kind: "number", operand, comparison, value: value.value };
    if (isWord(value, "true", "false"))
      return { kind: "number", operand, comparison, value: isWord(value, "true") ? 1 : 0 };
    if (isWord(value, "none") && (comparison === "=" || comparison === "!="))
      return { kind: "number", operand, comparison, value: null };
    return fail(isWord(value, "none") ? t("none goes with = and != only.") : t("A number is missing here."), value);
  }

  function comparedText(field: TextField): RolloutFilter {
    const token = take();
    if (isSign(token, "~", "!~")) {
      const negated = token.kind === "sign" && token.text === "!~";
      const value = take();
      if (value.kind === "regex") return { kind: "matches", field, negated, source: value.source, flags: value.flags };
      if (value.kind === "text" || value.kind === "word") {
        if (value.text === "") fail(t("An empty text stands everywhere."), value);
        return { kind: "contains", field, negated, text: value.text };
      }
      if (value.kind === "number") return { kind: "contains", field, negated, text: line.slice(value.from, value.to) };
      return fail(t('A text or a regular expression is missing: "wait" or /wai+t/.'), value);
    }
    if (!isSign(token, "=", "==", "!=", "<>")) return fail(t("A comparison is missing: one of ~ !~ = !=."), token);
    const negated = isSign(token, "!=", "<>");
    const value = take();
    if (isWord(value, "none")) return { kind: "same", field, negated, value: null };
    if (value.kind === "word" && isComparedField(field) && isComparedField(value.text))
      return { kind: "alike", field, negated, other: value.text };
    if (value.kind === "text" || value.kind === "word") {
      const known = valuesOfField[field];
      if (known !== undefined && !known.includes(value.text))
        return fail(t("{0} is one of these: {1}.", field, known.join(", ")), value);
      return { kind: "same", field, negated, value: value.text };
    }
    if (value.kind === "number") return { kind: "same", field, negated, value: line.slice(value.from, value.to) };
    return fail(t('A text is missing here, as "42".'), value);
  }

  const filter = either(0);
  const rest = peek();
  if (rest !== end)
    fail(isSign(rest, ")") ? t("No bracket is open here.") : t("Write and, or or, before what follows."), rest);
  return filter;
}
