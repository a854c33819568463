/** The order of panels as a person arranged them, and what their wishes do to it. */
import {
  mostPanelColumns,
  panelHeights,
  usualLayout,
  usualSize,
  type PanelLayout,
  type PanelSize,
} from "../../server/protocol/panel-layout";

/** `first` in its order; each of `others` that is not among it stands behind the one that it follows there, or before all. */
function merged(first: readonly string[], others: readonly string[]): string[] {
  const result = [...new Set(first)];
  const known = new Set(result);
  for (const [at, id] of others.entries()) {
    if (known.has(id)) continue;
    const before = others.slice(0, at).findLast((one) => known.has(one));
    result.splice(before === undefined ? 0 : result.indexOf(before) + 1, 0, id);
    known.add(id);
  }
  return result;
}

/** Ids of panels in the order in which they are shown: pinned ones first. `ids`: as they usually stand. */
export function arranged(ids: readonly string[], { order, pinned }: PanelLayout): string[] {
  const there = new Set(ids);
  const all = merged(
    order.filter((id) => there.has(id)),
    ids,
  );
  const isPinned = new Set(pinned);
  return [...all.filter((id) => isPinned.has(id)), ...all.filter((id) => !isPinned.has(id))];
}

/** A panel moved to where another stands, before or behind it. `shown`: ids as they stand now. Panels that are not shown keep their place. */
export function movedBeside(
  layout: PanelLayout,
  shown: readonly string[],
  id: string,
  { beside, after }: { readonly beside: string; readonly after: boolean },
): PanelLayout {
  if (id === beside || !shown.includes(id) || !shown.includes(beside)) return layout;
  const others = shown.filter((one) => one !== id);
  others.splice(others.indexOf(beside) + (after ? 1 : 0), 0, id);
  return { ...layout, order: merged(others, layout.order) };
}

/** A panel moved by places among those that it stands with: pinned ones, or the others. */
export function movedBy(layout: PanelLayout, shown: readonly string[], id: string, places: number): PanelLayout {
  const pinned = new Set(layout.pinned);
  const peers = shown.filter((one) => pinned.has(one) === pinned.has(id));
  const at = peers.indexOf(id);
  const to = Math.min(peers.length - 1, Math.max(0, at + places));
  return at < 0 || to === at ? layout : movedBeside(layout, shown, id, { beside: peers[to]!, after: to > at });
}

const switched = (ids: readonly string[], id: string, on: boolean): string[] => [
  ...ids.filter((one) => one !== id),
  ...(on ? [id] : []),
];

export const pinnedTo = (layout: PanelLayout, id: string, on: boolean): PanelLayout => ({
  ...layout,
  pinned: switched(layout.pinned, id, on),
});

export const hiddenTo = (layout: PanelLayout, id: string, on: boolean): PanelLayout => ({
  ...layout,
  hidden: switched(layout.hidden, id, on),
});

/** A panel of one metric that the reader makes, or takes away. */
export const ownTo = (layout: PanelLayout, metric: string, on: boolean): PanelLayout => ({
  ...layout,
  own: switched(layout.own, metric, on),
});

export const sizeOf = (layout: PanelLayout, id: string): PanelSize => layout.sizes[id] ?? usualSize;

/** A size that a panel can have, nearest to the wanted one. */
export function sizedTo(layout: PanelLayout, id: string, wanted: Partial<PanelSize>): PanelLayout {
  const { columns, height } = { ...sizeOf(layout, id), ...wanted };
  const size: PanelSize = {
    columns: Math.min(mostPanelColumns, Math.max(1, Math.round(columns))),
    height: Math.min(panelHeights.most, Math.max(panelHeights.least, Math.round(height))),
  };
  const { [id]: _before, ...others } = layout.sizes;
  const usual = size.columns === usualSize.columns && size.height === usualSize.height;
  return { ...layout, sizes: usual ? others : { ...others, [id]: size } };
}

/** Whether nothing was arranged. */
export const isUsual = (layout: PanelLayout): boolean => JSON.stringify(layout) === JSON.stringify(usualLayout);
