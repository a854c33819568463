/** Answers in words. */
import type { Expression } from "./expression";
import type { Decision } from "./same-value";
import { normalised, sameWord } from "./words";

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
    const empty =
      other.kind === "constant" && other.name === "empty set" && sameWord(normalised(words ?? "")) === "no solution";
    return empty ? { equal: true, rule: "no solution" } : { equal: false, rule: "words and something else" };
  }
  const [a, b] = [sameWord(normalised(first)), sameWord(normalised(second))];
  const same = a === b && a !== "";
  return { equal: same, rule: same ? "the same words" : "different words" };
}
