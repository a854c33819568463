/** Answers that are wrong and look like the right one. */
import type { Subject } from "./subject";

/** Of one subject. */
const most = 6;

const isInteger = (text: string): boolean => /^-?\d{1,15}$/.test(text);

function candidates({ answer }: Subject, others: readonly string[]): string[] {
  const gold = answer.trim();
  const reversed = Array.from(gold).toReversed().join("");
  if (isInteger(gold)) {
    const value = Number(gold);
    // One that is as long, and not near.
    const far =
      [value + 5, value - 5, value + 6, value - 6].find((other) => String(other).length === gold.length) ?? value + 5;
    return [value + 1, far, value - 1, value * 10 + 7, value + 100, -value]
      .map(String)
      .concat(reversed, String(Math.abs(value) + 13));
  }
  if (/^-?\d*\.?\d+$/.test(gold)) return [String(Number(gold) + 1), String(-Number(gold)), String(Number(gold) * 10)];
  return [...others.slice(0, 3), reversed, `not ${gold}`, "something else", "7"];
}

/** Never right ones, as far as anybody can say. `others`: gold answers of other prompts. */
export function wrongAnswers(subject: Subject, others: readonly string[]): string[] {
  const found = candidates(subject, others).filter((text) => text.trim() !== "" && subject.isRight(text) === false);
  return [...new Set(found)].slice(0, most);
}

/** Programs that do nothing right. */
export const wrongPrograms = { python: ["x = 1"], javascript: ["const x = 1;"] } as const;
