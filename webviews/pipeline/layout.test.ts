import fc from "fast-check";
import { expect, test } from "vitest";
import { layOut, type Box, type LayoutEdge, type LayoutNode } from "./layout";

const graph = fc.integer({ min: 1, max: 9 }).chain((count) =>
  fc.record({
    nodes: fc.constant(Array.from({ length: count }, (_, index): LayoutNode => ({ id: `n${index}`, height: 60 }))),
    edges: fc.uniqueArray(
      fc
        .tuple(fc.nat(count - 1), fc.nat(count - 1))
        .filter(([from, to]) => from < to)
        .map(([from, to]): LayoutEdge => ({ from: `n${from}`, to: `n${to}` })),
      { selector: ({ from, to }) => `${from} ${to}`, maxLength: count === 1 ? 0 : 12 },
    ),
  }),
);

const apart = (a: Box, b: Box): boolean =>
  a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;

test("boxes lie apart, within the picture, below all that lead to them", () => {
  fc.assert(
    fc.property(graph, fc.integer({ min: 200, max: 2000 }), ({ nodes, edges }, available) => {
      const { boxes, width, height, paths } = layOut(nodes, edges, available);
      expect(boxes.map(({ id }) => id)).toEqual(nodes.map(({ id }) => id));
      for (const [index, box] of boxes.entries()) {
        expect(Math.min(box.x, box.y)).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width).toBeLessThanOrEqual(width + 1e-6);
        expect(box.y + box.height).toBeLessThanOrEqual(height + 1e-6);
        for (const other of boxes.slice(index + 1)) expect(apart(box, other)).toBe(true);
      }
      const at = new Map(boxes.map((box) => [box.id, box]));
      for (const { from, to } of edges)
        expect(at.get(from)!.y + at.get(from)!.height).toBeLessThan(at.get(to)!.y + at.get(to)!.height);
      expect(paths).toHaveLength(edges.length);
      for (const path of paths) expect(path).toMatch(/^M [\d.]+ [\d.]+ /);
    }),
  );
});

test("independent stages stand side by side where there is room, else below each other", () => {
  const nodes = ["a", "b", "c", "d"].map((id) => ({ id, height: 60 }));
  const edges = ["b", "c"].flatMap((id) => [
    { from: "a", to: id },
    { from: id, to: "d" },
  ]);
  const wide = layOut(nodes, edges, 1000).boxes;
  expect(wide[1]!.y).toBe(wide[2]!.y);
  const narrow = layOut(nodes, edges, 300);
  expect(new Set(narrow.boxes.map(({ y }) => y)).size).toBe(4);
  expect(narrow.width).toBeLessThanOrEqual(300);
});
