/** The largest sizes that a model may have. What says more is a slip or an attack: it is refused before anything is made of it. */
import { amount } from "../shared/amount";
import { sizeText } from "../shared/size-text";

export const largestSizes = {
  vocabulary: 2 ** 24,
  layers: 2 ** 12,
  width: 2 ** 20,
  heads: 2 ** 16,
  feedForward: 2 ** 24,
} as const;

/** Angles of all positions: those of a million positions with heads of 128. */
const mostAngles = 2 ** 27;

/** Bytes of the tables of cosines and sines, float32: a pair of each head's numbers shares an angle. */
const tableBytes = (angles: number): number => 4 * angles;

/** What is wrong with tables of rotary positions for so many positions and heads of such a width; null: nothing. */
export function positionsProblem(positions: number, width: number): string | null {
  if (positions * width <= mostAngles) return null;
  return (
    `tables for ${amount(positions)} positions would take ${sizeText(tableBytes(positions * width))}, and may take ${sizeText(tableBytes(mostAngles))}. ` +
    "Set it to the longest sequence that you need"
  );
}
