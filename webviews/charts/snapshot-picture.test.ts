import { expect, test } from "vitest";
import type { ChartSnapshot } from "./chart-snapshot";
import { escaped, svgOf } from "./snapshot-picture";

const chart: ChartSnapshot = {
  title: 'Reward </svg><script>alert("1")</script>',
  caption: "run & stage",
  width: 300,
  height: 150,
  xTicks: [{ at: 0, label: "0" }],
  yTicks: [{ at: 150, label: "<1" }],
  areas: [
    {
      points: [
        [0, 1],
        [2, 3],
        [4, 5],
      ],
      colour: "rgba(1, 2, 3, 0.2)",
    },
  ],
  lines: [
    {
      parts: [
        [
          [0, 10],
          [1.23456, 20],
        ],
        [[5, 6]],
      ],
      colour: "rgba(9, 9, 9, 1)",
      width: 1.75,
      dash: [7, 4],
      dots: false,
    },
  ],
  marks: [{ kind: "note", at: 7, label: "why\u0000<b>\ud800", colour: "rgba(0, 0, 0, 1)" }],
  legend: [{ label: "a<b", colour: "rgba(9, 9, 9, 1)", dash: [7, 4], area: false }],
  text: "rgba(0, 0, 0, 1)",
  grid: "rgba(0, 0, 0, 0.1)",
  background: "rgba(255, 255, 255, 1)",
};

test("a picture is vector markup of the numbers: a line for each stretch, with its dash", () => {
  const svg = svgOf(chart);
  expect(svg.match(/<polyline points="[^"]*"/g)).toEqual(['<polyline points="0,10 1.23,20"', '<polyline points="5,6"']);
  expect(svg).toContain('stroke-dasharray="7 4"');
  expect(svg).toContain('<polygon points="0,1 2,3 4,5"');
});

test("text of others is text, whatever is in it", () => {
  const svg = svgOf(chart);
  expect(svg).not.toContain("<script>");
  expect(svg).toContain("Reward &lt;/svg&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;");
  expect(svg).toContain("<title>why\ufffd&lt;b&gt;\ufffd</title>");
  // Each tag is one of ours, and closed.
  const tags = [...svg.matchAll(/<(\/?)([a-zA-Z]+)[^>]*?(\/?)>/g)];
  const open: string[] = [];
  for (const [, end, name, closed] of tags)
    if (end === "/") expect(open.pop()).toBe(name);
    else if (closed !== "/") open.push(name!);
  expect(open).toEqual([]);
});

test("pairs of surrogates stay", () => {
  expect(escaped("😀\ud83d")).toBe("😀\ufffd");
});
