/** One place of an answer, where a task names it: of models that mark their answers in one way, or in none. */
import { afterReasoning, splitReasoning } from "../format/split-reasoning";
import { findBoxes } from "../maths/boxes";
import { givenAnswer, type ReadAnswer } from "./read-answer";

export const answerPlaces = ["tags", "boxed", "last-number"] as const;
export type AnswerPlace = (typeof answerPlaces)[number];

/** The answer at that place; null: nothing stands there. What stands in the thinking is no answer. */
export function readAnswerAt(place: AnswerPlace, completion: string): ReadAnswer | null {
  switch (place) {
    case "tags": {
      const { answer } = splitReasoning(completion);
      return answer === null ? null : givenAnswer(answer, "answer tag");
    }
    case "boxed": {
      const boxes = findBoxes(afterReasoning(completion), false);
      return boxes === null ? null : givenAnswer(boxes.contents.join(", "), "boxed");
    }
    case "last-number": {
      const number = lastNumber(afterReasoning(completion));
      return number === null ? null : givenAnswer(number, "last number");
    }
  }
}

/** Digits with or without commas between thousands and with a decimal part; a minus is theirs where it takes nothing from what stands before it. */
const numbers =
  /(?<![\d.])(?:(?<![\p{L}\p{N})\]}])[-−])?(?:(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|(?<!\p{L})\.\d+)/gu;

/** The last number of a text, without the commas between its thousands; null: it has none. `it costs $1,234.50.` gives `1234.50`. */
export function lastNumber(text: string): string | null {
  let last: string | null = null;
  for (const [number] of text.matchAll(numbers)) last = number;
  return last === null ? null : last.replaceAll(",", "").replace("−", "-");
}

const decimal = /^([-+−]?)(?=\.?\d)0*(\d*)(?:\.(\d*?)0*)?$/;

/** A number as it is written shortest, by its signs and so exactly; null: the text is no number. */
function shortest(text: string): string | null {
  const found = decimal.exec(text.trim().replaceAll(/,(?=\d{3}(?:\D|$))/g, ""));
  if (!found) return null;
  const [, sign = "", whole = "", part = ""] = found;
  const size = part === "" ? whole || "0" : `${whole || "0"}.${part}`;
  return size === "0" || sign === "+" || sign === "" ? size : `-${size}`;
}

/** Whether two texts are the same number: `18` and `18.00` are. */
export function isSameNumber(a: string, b: string): boolean {
  const [one, other] = [shortest(a), shortest(b)];
  return one !== null && one === other;
}
