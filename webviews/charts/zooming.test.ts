import fc from "fast-check";
import { expect, test } from "vitest";
import { panned, within, zoomByKey, zoomByWheel, zoomedAt, type Range } from "./zooming";

const all: Range = [0, 1000];
const wheel = { ctrlKey: false, metaKey: false, shiftKey: false, deltaX: 0, deltaY: 0, deltaMode: 0 };

test("whatever is done, what is in sight lies within all there is, or is all of it", () => {
  const place = fc.double({ min: -2000, max: 3000, noNaN: true });
  fc.assert(
    fc.property(place, place, place, fc.double({ min: 0.01, max: 10, noNaN: true }), (a, b, at, factor) => {
      const range: Range = [Math.min(a, b), Math.max(a, b)];
      for (const next of [within(range, all), zoomedAt(range, at, factor, all), panned(range, factor - 1, all)]) {
        if (next === null) continue;
        expect(next[0]).toBeGreaterThanOrEqual(0);
        expect(next[1]).toBeLessThanOrEqual(1000 + 1e-9);
        expect(next[1]).toBeGreaterThan(next[0]);
      }
    }),
  );
});

test("the place under the pointer stays; a pan keeps the span and stops at the ends", () => {
  expect(zoomedAt([0, 1000], 250, 0.5, all)).toEqual([125, 625]);
  expect(panned([100, 300], 0.5, all)).toEqual([200, 400]);
  expect(panned([700, 900], 5, all)).toEqual([800, 1000]);
  expect(zoomedAt([400, 600], 500, 8, all)).toBeNull();
});

test("a plain wheel scrolls the page; Ctrl zooms, sideways or Shift pans what is zoomed", () => {
  const by = (change: Partial<typeof wheel>, range: Range = [400, 600]) =>
    zoomByWheel({ ...wheel, ...change }, range, 500, all, 400);
  expect(by({ deltaY: 100 })).toBeUndefined();
  expect(by({ deltaX: 5, deltaY: 30 })).toBeUndefined();
  expect(by({ deltaY: -100, ctrlKey: true })![1]).toBeLessThan(600);
  expect(by({ deltaX: 40 })).toEqual([420, 620]);
  expect(by({ deltaY: 40, shiftKey: true })).toEqual([420, 620]);
  expect(by({ deltaX: 40 }, [0, 1000])).toBeUndefined();
});

test("keys zoom around the crosshair, and those of others are left to them", () => {
  const by = (key: string, shiftKey = false) => zoomByKey({ key, shiftKey }, [400, 600], 450, all);
  expect(by("+")).toEqual([425, 525]);
  expect(by("-")).toEqual([350, 750]);
  expect(by("0")).toBeNull();
  expect(by("ArrowRight", true)).toEqual([450, 650]);
  expect(by("ArrowRight")).toBeUndefined();
});
