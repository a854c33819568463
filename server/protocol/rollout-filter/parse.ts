/** Reads a filter line: `reward > 0.8 and correct = 0 and tokens > 200`. */
import { nearestWord } from "../../shared/nearest-word";
import {
  flags,
  isFlag,
  isNumberField,
  isTextField,
  numberFields,
  textFields,
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
    if (depth > deepest) fail(`Brackets and not stand within each other more than ${deepest} times.`, token);
    if (isWord(token, "not") || isSign(token, "!")) {
      take();
      return { kind: "not", of: one(depth + 1) };
    }
    if (!isSign(token, "(")) return condition();
    take();
    const inner = either(depth + 1);
    if (!isSign(peek(), ")")) fail("A closing bracket is missing.", peek());
    take();
    return inner;
  }

  function condition(): RolloutFilter {
    const token = take();
    if (token === end) return fail("Something is missing here: a field, as reward, or not, or a bracket.", token);
    if (token.kind !== "word") return fail("A condition begins with a field, as reward > 0.8.", token);
    const name = token.text;
    if (name === "rewards" && isSign(peek(), ".")) {
      take();
      const of = take();
      if (of.kind !== "word" && of.kind !== "text")
        return fail('Behind the point stands the name of a reward, as rewards."my reward".', of);
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
      `There is no field ${name}${near === null ? "" : `. Did you mean ${near}?`}`.replace(/[^?]$/, "$&."),
      token,
    );
  }

  function comparedNumber(operand: NumberOperand): RolloutFilter {
    const token = take();
    const comparison =
      token.kind === "sign" && Object.hasOwn(comparisonOf, token.text) ? comparisonOf[token.text]! : null;
    if (comparison === null) return fail("A comparison is missing: one of < <= = != >= >.", token);
    const value = take();
    if (value.kind === "number") return { kind: "number", operand, comparison, value: value.value };
    if (isWord(value, "true", "false"))
      return { kind: "number", operand, comparison, value: isWord(value, "true") ? 1 : 0 };
    if (isWord(value, "none") && (comparison === "=" || comparison === "!="))
      return { kind: "number", operand, comparison, value: null };
    return fail(isWord(value, "none") ? "none goes with = and != only." : "A number is missing here.", value);
  }

  function comparedText(field: TextField): RolloutFilter {
    const token = take();
    if (isSign(token, "~", "!~")) {
      const negated = token.kind === "sign" && token.text === "!~";
      const value = take();
      if (value.kind === "regex") return { kind: "matches", field, negated, source: value.source, flags: value.flags };
      if (value.kind === "text" || value.kind === "word") {
        if (value.text === "") fail("An empty text stands everywhere.", value);
        return { kind: "contains", field, negated, text: value.text };
      }
      if (value.kind === "number") return { kind: "contains", field, negated, text: line.slice(value.from, value.to) };
      return fail('A text or a regular expression is missing: "wait" or /wai+t/.', value);
    }
    if (!isSign(token, "=", "==", "!=", "<>")) return fail("A comparison is missing: one of ~ !~ = !=.", token);
    const negated = isSign(token, "!=", "<>");
    const value = take();
    if (isWord(value, "none")) return { kind: "same", field, negated, value: null };
    if (value.kind === "text" || value.kind === "word") return { kind: "same", field, negated, value: value.text };
    if (value.kind === "number") return { kind: "same", field, negated, value: line.slice(value.from, value.to) };
    return fail('A text is missing here, as "42".', value);
  }

  const filter = either(0);
  const rest = peek();
  if (rest !== end)
    fail(isSign(rest, ")") ? "No bracket is open here." : "Write and, or or, before what follows.", rest);
  return filter;
}
