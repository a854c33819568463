/** Stores that were made before the likeliest tokens were stored. */
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { tokenNumbers } from "./clean-up";
import { exampleRollout, exampleRun } from "./example-run";
import { tracesPath } from "./paths";
import { openTraces } from "./trace-reader";
import { openTraceWriter } from "./trace-writer";

const top = { count: 1, ids: Int32Array.of(2, 0, 1), logprobs: Float32Array.of(-0.5, -1.5, -2) };
const withTop = (step: number) => {
  const rollout = exampleRollout({ step });
  return { ...rollout, perToken: { ...rollout.perToken, top } };
};

test("they are read, cleaned up, and go on with them", () => {
  const folder = exampleRun();
  const first = openTraceWriter(folder);
  first.recordRollouts([withTop(1)]);
  first.close();
  const older = new DatabaseSync(tracesPath(folder));
  for (const column of ["top_tokens", "top_logprobs"]) older.exec(`ALTER TABLE rollout_tokens DROP COLUMN ${column}`);
  older.close();

  const before = openTraces(folder);
  expect(before.tokens(exampleRollout({ step: 1 }))).toMatchObject({ top: null, damaged: [] });
  before.close();
  expect(tokenNumbers(folder, 0)).toEqual({ rollouts: 1, bytes: 3 * 4 * 3 + 3 });

  const writer = openTraceWriter(folder);
  writer.recordRollouts([withTop(2)]);
  writer.close();
  const traces = openTraces(folder);
  expect(traces.tokens(exampleRollout({ step: 1 }))).toMatchObject({ top: null, damaged: [] });
  expect(traces.tokens(exampleRollout({ step: 2 }))).toMatchObject({ top, damaged: [] });
  traces.close();
  expect(tokenNumbers(folder, 0)).toEqual({ rollouts: 2, bytes: 2 * (3 * 4 * 3 + 3) + 24 });
});
