import { expect, test } from "vitest";
import { noEngine, type RunRecord } from "../protocol/run";
import { engineChange } from "./engine-change";
import { exampleRun } from "./example-run";
import { readRecord } from "./record";

const record: RunRecord = readRecord(exampleRun());
const trained = (name: string): RunRecord => ({
  ...record,
  engine: { name, reason: "" },
  stages: record.stages.map((stage) => ({ ...stage, status: "stopped" })),
});

test("another engine is a change once something was trained", () => {
  expect(engineChange(trained("simd"), "tensorflow")).toMatch(/"simd".*"tensorflow"/);
  expect(engineChange(trained("simd"), "simd")).toBeNull();
  expect(engineChange(trained(noEngine), "simd")).toBeNull();
  expect(engineChange({ ...trained("simd"), stages: record.stages }, "tensorflow")).toBeNull();
});
