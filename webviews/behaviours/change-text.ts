/** A change in words: a fall is said as plainly as a rise. */
import { t } from "../shared/l10n";
import { measureTexts, type BehaviourChange, type Measure } from "../../server/protocol/behaviours";
import { formatNumber, formatOptional } from "../shared/format";
import { valueOf } from "./points";

export type Direction = "rose" | "fell" | "no clear change" | "not seen" | "not measured";

export function directionOf({ difference, first, last }: BehaviourChange): Direction {
  if (difference === null) return "not measured";
  if (first[0] === 0 && last[0] === 0) return "not seen";
  if (difference.low > 0) return "rose";
  return difference.high < 0 ? "fell" : "no clear change";
}

const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;

export const valueText = (measure: Measure, count: BehaviourChange["first"]): string => {
  const value = valueOf(count);
  return measureTexts[measure].scale === "number" || value === null ? formatOptional(value) : percent(value);
};

const signed = (text: string, value: number): string => (value > 0 ? `+${text}` : text.replace("-", "−"));

/** `−5.1 points`, `+12.0`; with the interval `[−6.3, −3.9]`. */
export function differenceText({ measure, difference }: BehaviourChange): { value: string; interval: string } | null {
  if (difference === null) return null;
  const share = measureTexts[measure].scale === "share";
  const number = (value: number): string =>
    share ? signed((100 * value).toFixed(1).replace("-0.0", "0.0"), value) : signed(formatNumber(value), value);
  return {
    value: share ? t("{0} points", number(difference.value)) : number(difference.value),
    interval: `[${number(difference.low)}, ${number(difference.high)}]`,
  };
}
