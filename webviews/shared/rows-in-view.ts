/** Which rows of a list of any length are drawn. */

/** Pixels of a row of a list of groups; the style sheet has the same. */
export const rowHeight = 58;
/** Rows above and below what is in view. */
const margin = 12;
/** Taller than this no browser draws. */
const tallest = 16_000_000;

/** Which rows are in view of a list that is scrolled so far, and where the first stands. `pixels`: of a row. */
export function rowsInView(
  total: number,
  { top, height }: { readonly top: number; readonly height: number },
  pixels = rowHeight,
): { readonly first: number; readonly end: number; readonly offset: number; readonly whole: number } {
  const real = total * pixels;
  const whole = Math.min(real, tallest);
  // A list that is too tall is scrolled faster than it is drawn.
  const at = whole <= height ? 0 : (Math.min(top, whole - height) / (whole - height)) * (real - height);
  const first = Math.max(0, Math.min(total, Math.floor(at / pixels)) - margin);
  const end = Math.min(total, Math.ceil((at + height) / pixels) + margin);
  return { first, end, offset: top - at + first * pixels, whole };
}

/** How far a list is scrolled for a row to be in view. */
export function scrollTo(
  row: number,
  total: number,
  { top, height }: { readonly top: number; readonly height: number },
): number {
  if (total * rowHeight > tallest) return (row / Math.max(1, total - 1)) * (tallest - height);
  const at = row * rowHeight;
  return at < top ? at : Math.max(top, at + rowHeight - height);
}
