/** Where the boxes of a graph and its edges go: in levels, sources above what they lead to; one below the other where it is narrow. */

export interface LayoutEdge {
  readonly from: string;
  readonly to: string;
}

export interface Box {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** In the order of the nodes. */
  readonly boxes: readonly Box[];
  /** SVG paths in the order of the edges. */
  readonly paths: readonly string[];
}

export interface LayoutNode {
  readonly id: string;
  readonly height: number;
}

const boxWidth = 264;
const columnGap = 16;
const rowGap = 34;
/** Width that an edge takes where it passes by boxes. */
const laneWidth = 14;
const corner = 8;

/** Nodes come after all that lead to them. Lays them out in levels when these fit into `available` pixels, else one below the other. */
export function layOut(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[], available: number): Layout {
  const layers = inLevels(nodes, edges);
  return layers.width <= available ? layers : inOneColumn(nodes, edges, available);
}

/** Length of the longest way to each node. */
function levelsOf(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]): Map<string, number> {
  const levels = new Map<string, number>();
  for (const { id } of nodes) {
    const above = edges.flatMap(({ from, to }) => (to === id ? [levels.get(from) ?? -1] : []));
    levels.set(id, Math.max(-1, ...above) + 1);
  }
  return levels;
}

/** A box, or a place where an edge passes a level. */
interface Item {
  readonly key: string;
  readonly width: number;
  readonly above: readonly string[];
}

const passing = (edge: number, level: number): string => `edge ${edge} at ${level}`;

function inLevels(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]): Layout {
  const levels = levelsOf(nodes, edges);
  const rows = Array.from({ length: Math.max(0, ...levels.values()) + 1 }, (): Item[] => []);
  const stops = edges.map(({ from, to }, index) => {
    const [first, last] = [levels.get(from) ?? 0, levels.get(to) ?? 0];
    const between = Array.from({ length: Math.max(0, last - first - 1) }, (_, at) => passing(index, first + 1 + at));
    return [from, ...between, to];
  });
  const above = (key: string): string[] =>
    stops.flatMap((stop) => {
      const at = stop.indexOf(key);
      return at > 0 ? [stop[at - 1]!] : [];
    });
  for (const { id } of nodes) rows[levels.get(id) ?? 0]!.push({ key: id, width: boxWidth, above: above(id) });
  for (const [index, { from }] of edges.entries())
    for (const [at, key] of stops[index]!.slice(1, -1).entries())
      rows[(levels.get(from) ?? 0) + 1 + at]!.push({ key, width: laneWidth, above: above(key) });

  const rowWidth = (row: readonly Item[]): number =>
    row.reduce((sum, { width }) => sum + width, 0) + columnGap * Math.max(0, row.length - 1);
  const width = Math.max(0, ...rows.map(rowWidth));
  const heights = new Map(nodes.map(({ id, height }) => [id, height]));
  const centres = new Map<string, number>();
  const tops: number[] = [];
  const rowHeights: number[] = [];
  let y = 0;
  for (const row of rows) {
    // What leads to a box from the left stands at the left: few edges cross.
    const wish = ({ above: sources }: Item): number =>
      sources.length === 0
        ? width / 2
        : sources.reduce((sum, key) => sum + (centres.get(key) ?? width / 2), 0) / sources.length;
    const ordered = row
      .map((item, index) => ({ item, index, at: wish(item) }))
      .sort((a, b) => a.at - b.at || a.index - b.index);
    let x = (width - rowWidth(row)) / 2;
    for (const { item } of ordered) {
      centres.set(item.key, x + item.width / 2);
      x += item.width + columnGap;
    }
    tops.push(y);
    rowHeights.push(Math.max(0, ...row.map(({ key }) => heights.get(key) ?? 0)));
    y += rowHeights.at(-1)! + rowGap;
  }
  const boxes = nodes.map(({ id, height }) => ({
    id,
    width: boxWidth,
    height,
    x: centres.get(id)! - boxWidth / 2,
    y: tops[levels.get(id)!]!,
  }));
  const boxOf = new Map(boxes.map((box) => [box.id, box]));
  const paths = edges.map(({ from, to }, index) => {
    const [source, target] = [boxOf.get(from)!, boxOf.get(to)!];
    const stop = stops[index]!;
    const next = centres.get(stop[1]!)!;
    const start = port(source, next);
    const end = port(target, centres.get(stop.at(-2)!)!);
    const points: [x: number, top: number, bottom: number][] = stop.slice(1, -1).map((key, at) => {
      const level = levels.get(from)! + 1 + at;
      return [centres.get(key)!, tops[level]!, tops[level]! + rowHeights[level]!];
    });
    return curve([[start, source.y + source.height, source.y + source.height], ...points, [end, target.y, target.y]]);
  });
  return { width, height: Math.max(0, y - rowGap), boxes, paths };
}

/** Where on a box's edge a line towards `x` leaves it: edges that go to different sides do not leave as one. */
function port({ x: left, width }: Box, x: number): number {
  const middle = left + width / 2;
  return middle + Math.max(-width / 3, Math.min(width / 3, (x - middle) / 4));
}

/** Through points; at each the line goes straight down from `top` to `bottom`. */
function curve(points: readonly (readonly [x: number, top: number, bottom: number])[]): string {
  return points
    .map(([x, top, bottom], index) => {
      const before = points[index - 1];
      const down = bottom > top ? ` V ${bottom}` : "";
      if (!before) return `M ${x} ${bottom}`;
      const [from, , y] = before;
      const half = (y + top) / 2;
      return `C ${from} ${half} ${x} ${half} ${x} ${top}${down}`;
    })
    .join(" ");
}

/** Boxes at the right; edges that pass others go in lanes at their left, the longest outermost. */
function inOneColumn(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[], available: number): Layout {
  const places = new Map(nodes.map(({ id }, index) => [id, index]));
  const spans = edges.map(({ from, to }) => [places.get(from) ?? 0, places.get(to) ?? 0] as const);
  const lanes = lanesOf(spans);
  const left = Math.max(0, ...lanes.map((lane) => (lane === null ? 0 : lane + 1))) * laneWidth + corner;
  const width = Math.max(160, Math.min(360, available - left));
  let y = 0;
  const boxes = nodes.map(({ id, height }) => {
    const box = { id, x: left, y, width, height };
    y += height + rowGap * 0.7;
    return box;
  });
  const paths = edges.map((_, index) => {
    const lane = lanes[index] ?? null;
    const [source, target] = [boxes[spans[index]![0]]!, boxes[spans[index]![1]]!];
    if (lane === null) return `M ${left + width / 2} ${source.y + source.height} V ${target.y}`;
    const x = left - corner - lane * laneWidth - laneWidth / 2;
    const [from, to] = [source.y + source.height * 0.7, target.y + target.height * 0.3];
    return (
      `M ${left} ${from} H ${x + corner} Q ${x} ${from} ${x} ${from + corner} ` +
      `V ${to - corner} Q ${x} ${to} ${x + corner} ${to} H ${left}`
    );
  });
  return { width: left + width, height: Math.max(0, y - rowGap * 0.7), boxes, paths };
}

/** A lane for each edge that passes a box, 0 next to the boxes; no two in a lane overlap. Null for edges to the next box. */
function lanesOf(spans: readonly (readonly [number, number])[]): (number | null)[] {
  const lanes: (number | null)[] = spans.map(() => null);
  const taken: (readonly [number, number])[][] = [];
  const long = spans
    .map((span, index) => ({ span, index }))
    .filter(({ span: [from, to] }) => to - from > 1)
    .sort((a, b) => a.span[1] - a.span[0] - (b.span[1] - b.span[0]) || a.index - b.index);
  for (const { span, index } of long) {
    const free = taken.findIndex((lane) => lane.every(([from, to]) => span[1] <= from || to <= span[0]));
    const lane = free < 0 ? taken.length : free;
    (taken[lane] ??= []).push(span);
    lanes[index] = lane;
  }
  return lanes;
}
