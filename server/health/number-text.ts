/** Numbers in sentences. */

/** Three significant digits: `0.625`, `21.4`, `3.1e-5`. */
export function numberText(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 1e-3 || size >= 1e6) return value.toExponential(1).replace("e+", "e");
  return String(Number(value.toPrecision(3)));
}

/** `91 %`. */
export const shareText = (value: number): string => `${Math.round(value * 100)} %`;
