import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { EngineVariant, ProbeReport } from "../protocol/engine";
import { gpusIn, gpuRemarks, probeEngine } from "./probe";
import { temporaryFolder } from "./index.testing";

const never = new AbortController().signal;

/** Probes with a script in place of the probe's. */
function probing(script: string, variant: EngineVariant = "cpu", limit?: number) {
  const file = join(temporaryFolder("probe"), "engine-probe.cjs");
  writeFileSync(file, script);
  return probeEngine({
    script: file,
    binding: "/b/tfjs_binding.node",
    variant,
    signal: never,
    ...(limit === undefined ? {} : { limit }),
  });
}
const reporting = (report: Partial<ProbeReport>, log = "") => `
  process.stderr.write(${JSON.stringify(log)});
  console.log("a library says something");
  console.log(JSON.stringify(${JSON.stringify({ version: "2.21.0", device: "cpu", problem: null, products: [], missing: [], ...report })}));`;

test("an engine that works says version, device and how fast it multiplies", async () => {
  const products = [{ shape: [256, 576, 1536] as [number, number, number], gflops: 120.5 }];
  const { seconds, ...result } = await probing(reporting({ products }));
  expect(result).toEqual({ works: true, version: "2.21.0", device: "cpu", gpus: [], products, problem: null });
  expect(seconds).toBeGreaterThan(0);
});

test("GPUs are named as TensorFlow names them, with the memory that it may use, each once", async () => {
  const line = (index: number): string =>
    `2026-01-01 00:00:00.1: I tensorflow/core/common_runtime/gpu/gpu_device.cc:2020] Created device /job:localhost/replica:0/task:0/device:GPU:${index} ` +
    `with 76000 MB memory:  -> device: ${index}, name: NVIDIA H100 80GB HBM3, pci bus id: 0000:01:00.0, compute capability: 9.0\n`;
  const log = line(0) + line(0);
  const one = { name: "NVIDIA H100 80GB HBM3", memory: 76_000 * 2 ** 20 };
  expect(gpusIn(log)).toEqual([one]);
  expect(gpusIn(log + line(1))).toEqual([one, one]);
  expect(await probing(reporting({ device: "gpu" }, log), "cuda")).toMatchObject({
    works: true,
    device: "gpu",
    gpus: [one],
    problem: null,
  });
});

test("a GPU engine without a driver works on the processor and says what is missing", async () => {
  const log =
    "2026-01-01 00:00:00.1: E external/xla/cuda_platform.cc:51] failed call to cuInit: INTERNAL: CUDA error: Failed call to cuInit: UNKNOWN ERROR (303)\n";
  expect(gpuRemarks(log)).toEqual([
    "failed call to cuInit: INTERNAL: CUDA error: Failed call to cuInit: UNKNOWN ERROR (303)",
  ]);
  const { works, device, problem } = await probing(reporting({ missing: ["libcuda.so.1"] }, log), "cuda");
  expect([works, device]).toEqual([true, "cpu"]);
  expect(problem).toMatch(/NVIDIA's driver is missing \(libcuda\.so\.1/);
  expect(problem).toContain("failed call to cuInit");
  const libraries = await probing(reporting({ missing: ["libcudnn.so.9", "libcufft.so.11"] }), "cuda");
  expect(libraries.problem).toContain("libcudnn.so.9, libcufft.so.11");
  expect((await probing(reporting({}), "cuda")).problem).toContain("too old for CUDA 12");
});

test("an engine that does not load or computes wrongly does not work, with the reason", async () => {
  const broken = await probing(
    reporting({ version: null, device: null, problem: "It cannot be loaded: libx.so: no such file" }),
  );
  expect(broken).toMatchObject({ works: false, device: null });
  expect(broken.problem).toMatch(/libx\.so: no such file\. Remove the engine/);
  const wrong = await probing(reporting({ problem: "Its known answer is wrong: the loss is off" }));
  expect(wrong).toMatchObject({ works: false, version: "2.21.0", device: null });
  const newer = await probing(
    reporting({ device: null, problem: "It cannot be loaded: version `GLIBC_2.38' not found" }),
  );
  expect(newer.problem).toContain("install a C++ compiler");
});

test("a process that crashes, hangs or says nothing is a result, not an error", async () => {
  const silent = await probing('console.error("last words"); process.exit(3);');
  expect(silent.problem).toMatch(/exit code 3: last words/);
  if (process.platform !== "win32") {
    const illegal = await probing('process.kill(process.pid, "SIGILL"); setInterval(() => undefined, 1000);');
    expect(illegal.problem).toContain("AVX");
  }
  const hanging = await probing("setInterval(() => undefined, 1000);", "cpu", 300);
  expect(hanging).toMatchObject({
    works: false,
    problem: expect.stringContaining("no answer in 0.3 seconds") as string,
  });
});
