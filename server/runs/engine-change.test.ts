import { expect, test } from "vitest";
import { noEngine, type RunRecord } from "../protocol/run";
import { engineChange } from "./engine-change";
import { exampleRun } from "./example-run";
import { readRecord } from "./record";

const record: RunRecord = readRecord(exampleRun());
const engine = (name: string, reason = "") => ({ name, reason });
const trained = (name: string, reason = ""): RunRecord => ({
  ...record,
  engine: { name, reason },
  stages: record.stages.map((stage) => ({ ...stage, status: "stopped" })),
});

test("another engine is a change once something was trained", () => {
  expect(engineChange(trained("simd"), engine("tensorflow"))).toMatch(/"simd".*"tensorflow"/);
  expect(engineChange(trained("simd"), engine("simd"))).toBeNull();
  expect(engineChange(trained(noEngine), engine("simd"))).toBeNull();
  expect(engineChange({ ...trained("simd"), stages: record.stages }, engine("tensorflow"))).toBeNull();
});

test("another build of the kernels is a change too, and another number of threads is none", () => {
  const reason = (build: string, threads: string) =>
    `WebAssembly kernels, ${build}, ${threads}; the known-answer test passed.`;
  const before = trained("simd", reason("relaxed SIMD", "2 threads"));
  expect(engineChange(before, engine("simd", reason("plain SIMD", "2 threads")))).toMatch(/relaxed SIMD.*plain SIMD/);
  expect(engineChange(before, engine("simd", reason("relaxed SIMD", "one thread")))).toBeNull();
});
