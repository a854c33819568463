import { expect, test } from "vitest";
import { deviceText, measuredText, probeResultSchema, testedText, usableEngineSchema } from "./engine";

const products = [
  { shape: [256, 576, 1536] as const, gflops: 4.25 },
  { shape: [256, 576, 49_152] as const, gflops: 21_432.4 },
];
const gpus = [{ name: "NVIDIA H100 80GB HBM3", memory: 76_000 * 2 ** 20 }];

test("an engine says its device, the memory that it may use, and how fast it multiplies which shapes", () => {
  expect(deviceText({ device: "gpu", gpus })).toBe("GPU (NVIDIA H100 80GB HBM3, 79.7 GB to use)");
  expect(deviceText({ device: "cpu", gpus: [] })).toBe("CPU");
  const measured = "256 × 576 × 1,536 at 4.3 GFLOP/s, 256 × 576 × 49,152 at 21,432 GFLOP/s";
  expect(measuredText({ products })).toBe(` It multiplies ${measured}.`);
  expect(testedText({ gpus, products })).toBe(`NVIDIA H100 80GB HBM3, 79.7 GB to use; ${measured}`);
  expect([measuredText({ products: [] }), testedText({ gpus: [], products: [] })]).toEqual(["", undefined]);
});

test("what an earlier version has found out still counts", () => {
  const old = { works: true, version: "2.21.0", device: "gpu", gpus: ["NVIDIA H100"], problem: null, seconds: 1 };
  expect(probeResultSchema.parse(old)).toMatchObject({ works: true, device: "gpu", gpus: [], products: [] });
  expect(usableEngineSchema.parse({ binding: "/b", device: "cpu" })).toEqual({ binding: "/b", device: "cpu" });
});
