import { expect, test } from "vitest";
import { noEngine, type KernelBuild, type RunRecord } from "../protocol/run";
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

test("another build of the kernels is a change too, whatever the reason says", () => {
  const built = (kernels: KernelBuild, reason: string) => ({ name: "simd", reason, kernels });
  const before: RunRecord = { ...trained("simd"), engine: built("relaxed SIMD", "2 threads") };
  expect(engineChange(before, built("plain SIMD", "2 threads, in place of relaxed SIMD"))).toMatch(
    /relaxed SIMD.*plain SIMD/,
  );
  expect(engineChange(before, built("relaxed SIMD", "one thread, no plain SIMD"))).toBeNull();
});
