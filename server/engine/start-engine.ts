import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import { composedOperations } from "./composed/operations";
import { useFusedOperations } from "./fused-operations";
import { knownAnswerProblem } from "./known-answer";
import { startSimd } from "./simd/start";

export type EngineName = "simd" | "cpu";

export interface EngineChoice {
  readonly name: EngineName;
  /** One sentence for people: what runs and why. */
  readonly reason: string;
}

/**
 * Starts the tensor backend that a recipe asks for; from then on tfjs and `fused()` use it. `auto` takes the kernels when they run and give
 * the known answer here, else the reference. A backend that was asked for by name and does not work is an error.
 */
export async function startEngine(wanted: EngineName | "auto", kernelsFile: string): Promise<EngineChoice> {
  if (wanted === "cpu") {
    await useCpu();
    return { name: "cpu", reason: "The recipe asks for the reference engine." };
  }
  const problem = await trySimd(kernelsFile);
  if (typeof problem === "number") {
    const threads = problem === 1 ? "one thread" : `${problem} threads`;
    return { name: "simd", reason: `WebAssembly SIMD kernels, ${threads}; the known-answer test passed.` };
  }
  if (wanted === "simd")
    throw new Error(`The engine "simd" does not work here: ${problem}. Set "engine" to "auto" or "cpu".`);
  await useCpu();
  return { name: "cpu", reason: `The SIMD kernels do not work here (${problem}), so the slow reference engine runs.` };
}

async function useCpu(): Promise<void> {
  await tf.setBackend("cpu");
  useFusedOperations(composedOperations);
}

/** The number of threads, or what is wrong. */
async function trySimd(kernelsFile: string): Promise<number | string> {
  try {
    const { operations, threads } = await startSimd(kernelsFile);
    const problem = knownAnswerProblem(operations);
    if (problem !== null) return problem;
    useFusedOperations(operations);
    return threads;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
