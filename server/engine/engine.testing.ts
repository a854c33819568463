/** The engine that the tests of a file run on. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll } from "vitest";
import { testKernels } from "./simd/kernels.testing";
import { startEngine } from "./start-engine";

/** Starts it ahead of the tests and of the hooks that are registered behind this. */
export function testEngine(name: "simd" | "cpu"): void {
  const kernels = name === "simd" ? testKernels() : { file: "" };
  beforeAll(async () => {
    tf.enableProdMode();
    await startEngine(name, { kernels: kernels.file, tensorflow: null });
  });
}
