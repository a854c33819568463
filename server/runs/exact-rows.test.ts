import { appendFileSync } from "node:fs";
import { expect, test } from "vitest";
import { csvOf, exactRows } from "./exact-rows";
import { exampleRun } from "./example-run";
import { metricsPath } from "./paths";

function runWith(rows: readonly object[]): string {
  const run = exampleRun();
  for (const row of rows) appendFileSync(metricsPath(run), `${JSON.stringify({ time: 0, ...row })}\n`);
  return run;
}

test("rows come by stage and step, of a step that was made again as it was made last", async () => {
  const run = runWith([
    { stage: "rl", step: 2, reward: 0.1 },
    { stage: "rl", step: 1, reward: 0.30000000000000004, loss: 1e-21 },
    { stage: "sft", step: 1, loss: 3 },
    { stage: "rl", step: 2, reward: 0.2 },
    { stage: "rl", step: 3, kl: 1 },
    { stage: "rl", step: 4, reward: null },
  ]);
  const rows = await exactRows(run, { stages: ["sft", "rl"], keys: ["reward", "loss"], steps: null });
  expect(rows.map(({ stage, step, values }) => [stage, step, ...values])).toEqual([
    ["sft", 1, null, 3],
    ["rl", 1, 0.30000000000000004, 1e-21],
    ["rl", 2, 0.2, null],
  ]);
  expect(await exactRows(run, { stages: ["rl"], keys: ["reward"], steps: [2, 9] })).toHaveLength(1);
});

test("CSV has every digit, quotes what needs it, and names runs where there are several", () => {
  const row = { stage: "rl", step: 1, time: Date.UTC(2026, 0, 1), values: [0.1 + 0.2, null] };
  expect(csvOf(['rewards/a"b/mean', "x,y"], [{ name: "one", rows: [row] }])).toBe(
    'stage,step,time,"rewards/a""b/mean","x,y"\r\nrl,1,2026-01-01T00:00:00.000Z,0.30000000000000004,\r\n',
  );
  expect(
    csvOf(
      ["loss"],
      [
        { name: "one", rows: [] },
        { name: "a,b", rows: [{ ...row, time: 0, values: [1] }] },
      ],
    ),
  ).toBe('run,stage,step,time,loss\r\n"a,b",rl,1,,1\r\n');
});
