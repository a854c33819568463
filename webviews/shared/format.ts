/** Numbers and names as both pages show them. */

/** Three significant digits, without exponents between 0.001 and a million: `0.432`, `1,250`, `3.1e-5`. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 1e-3 || size >= 1e6) return minus(value.toExponential(1).replace("e+", "e"));
  if (Number.isInteger(value)) return minus(value.toLocaleString("en-US"));
  if (size >= 1000) return minus(Math.round(value).toLocaleString("en-US"));
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return minus(value.toFixed(digits));
}

/** With its sign, so that colour is never the only sign of direction: `+0.87`, `−1.20`, `0`. */
export function formatSigned(value: number): string {
  return value > 0 ? `+${formatShort(value)}` : formatShort(value);
}

export function formatOptional(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : formatNumber(value);
}

/** Up to three significant digits, without zeros at the end: for single values that are often round, such as the reward of a sample. */
export function formatShort(value: number): string {
  const text = formatNumber(value);
  return /^[^e]*\.\d*$/.test(text) ? text.replace(/\.?0+$/, "") : text;
}

/** Below this, a standard deviation of rewards is the rounding of float arithmetic: all are the same. */
export const noSpread = 1e-6;

/** `0.43 ± 0.21`, or a dash where there is none. */
export function formatSpread(mean: number | null, std: number | null): string {
  if (mean === null) return "–";
  return std === null ? formatShort(mean) : `${formatShort(mean)} ± ${std < noSpread ? "0" : formatShort(std)}`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;
}

function minus(text: string): string {
  return text.replace("-", "−").replace("e−", "e-");
}
