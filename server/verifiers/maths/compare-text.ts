/** Answers in words. */
import type { Expression } from "./expression";
import type { Decision } from "./same-value";

/** Words of an answer without case, brackets and punctuation, but with what belongs to numbers and arithmetic. */
const normalised = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll("−", "-")
    .replaceAll(/[^\p{L}\p{N}.,:%/+<>=*^-]+/gu, " ")
    .replaceAll(/[.,:](?!\p{N})|(?<!\p{N})[,:]|-(?!\p{N})/gu, " ")
    .replaceAll(/ +/g, " ")
    .trim();

const nothing = new Set(["no solution", "no solutions", "no real solution", "no real solutions", "empty set"]);

/** The letters of a product of names: what `odd` is read as in LaTeX. Null for anything else. */
function letters(expression: Expression): string | null {
  switch (expression.kind) {
    case "text":
      return expression.text;
    case "symbol":
      return expression.name;
    case "constant":
      return expression.name === "e" || expression.name === "i" ? expression.name : null;
    case "call": {
      if (expression.name !== "multiply") return null;
      const parts = expression.args.map(letters);
      return parts.includes(null) ? null : parts.join("");
    }
    case "measure": {
      const before = letters(expression.value);
      return before === null ? null : `${before} ${expression.unit}`;
    }
    default:
      return null;
  }
}

/** Compares answers of which at least one is text: by its words, or by its letters with names side by side. */
export function sameText(gold: Expression, answer: Expression): Decision {
  const [first, second] = [letters(gold), letters(answer)];
  if (first === null || second === null) {
    const [words, other] = first === null ? [second, gold] : [first, answer];
    const empty = other.kind === "constant" && other.name === "empty set" && nothing.has(normalised(words ?? ""));
    return empty ? { equal: true, rule: "no solution" } : { equal: false, rule: "words and something else" };
  }
  const same = normalised(first) === normalised(second) && normalised(first) !== "";
  return { equal: same, rule: same ? "the same words" : "different words" };
}
