/** Zoom and pan of a plot by wheel, drag and keyboard: which part of the axis is in sight next. */

export type Range = readonly [number, number];

/** Of all there is, how small a part may be in sight. */
const smallest = 1e-7;

/** The part within all there is, as long as it was where that goes; null: all. */
export function within([low, high]: Range, [first, last]: Range): [number, number] | null {
  const span = Math.max(high - low, (last - first) * smallest);
  if (!(span < last - first)) return null;
  const from = Math.min(Math.max(low, first), last - span);
  return [from, from + span];
}

/** `factor` of the part in sight around a place that stays where it is. */
export const zoomedAt = ([low, high]: Range, place: number, factor: number, all: Range): [number, number] | null =>
  within([place - (place - low) * factor, place + (high - place) * factor], all);

/** Moved by a share of what is in sight. */
export const panned = ([low, high]: Range, share: number, all: Range): [number, number] | null =>
  within([low + share * (high - low), high + share * (high - low)], all);

/** By keyboard: `+` and `-` zoom, with Shift the arrows pan; undefined: it is another key. */
export function zoomByKey(
  { key, shiftKey }: Pick<KeyboardEvent, "key" | "shiftKey">,
  range: Range,
  place: number | null,
  all: Range,
): [number, number] | null | undefined {
  const center = place ?? (range[0] + range[1]) / 2;
  if (key === "+" || key === "=") return zoomedAt(range, center, 0.5, all);
  if (key === "-" || key === "_") return zoomedAt(range, center, 2, all);
  if (key === "0") return null;
  if (shiftKey && key === "ArrowLeft") return panned(range, -0.25, all);
  if (shiftKey && key === "ArrowRight") return panned(range, 0.25, all);
  return undefined;
}

/** By wheel: with Ctrl or ⌘ (and by pinching) it zooms, sideways or with Shift it pans; undefined: the page scrolls. `at`: the place under the pointer. */
export function zoomByWheel(
  event: Pick<WheelEvent, "ctrlKey" | "metaKey" | "shiftKey" | "deltaX" | "deltaY" | "deltaMode">,
  range: Range,
  at: number,
  all: Range,
  pixels: number,
): [number, number] | null | undefined {
  const unit = event.deltaMode === 0 ? 1 : 16;
  const [dx, dy] = [unit * event.deltaX, unit * event.deltaY];
  if (event.ctrlKey || event.metaKey)
    return zoomedAt(range, at, Math.exp(Math.max(-200, Math.min(200, dy)) / 300), all);
  const sideways = event.shiftKey && dx === 0 ? dy : dx;
  if (Math.abs(sideways) <= (event.shiftKey ? 0 : Math.abs(dy))) return undefined;
  // All is in sight already: there is nowhere to go.
  if (range[1] - range[0] >= all[1] - all[0]) return undefined;
  return panned(range, sideways / pixels, all);
}
