import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import { dirname, join } from "node:path";
import { composedOperations } from "./composed/operations";
import { fused, useFusedOperations } from "./fused-operations";
import { knownAnswerProblem } from "./known-answer";
import { startSimd } from "./simd/start";
import { usefulThreads } from "./simd/threads";
import { startTensorflow } from "./tensorflow/start";
import type { UsableEngine } from "../protocol/engine";
import type { KernelBuild } from "../protocol/run";
import { messageOf, UserError } from "../shared/user-error";

export type EngineName = "simd" | "tensorflow" | "cpu";

export interface EngineChoice {
  readonly name: EngineName;
  /** One sentence for people: what runs and why. */
  readonly reason: string;
  /** Which build of the kernels runs; of no other engine. */
  readonly kernels?: KernelBuild;
}

/** What engines there are to choose from. */
export interface EngineFiles {
  /** `kernels.wasm`; its plain build and the helper thread's script lie beside it. */
  readonly kernels: string;
  /** TensorFlow's native binding, and what it was found to run on when it was set up; null: not installed. */
  readonly tensorflow: UsableEngine | null;
}

/**
 * Parameters from which TensorFlow is worth its half second of start and its memory. On two cores (`npm run bench -- --only sizes`) a step of
 * training takes it a quarter longer than the kernels at a hundred thousand parameters, as long at a million, and nine tenths of their time at
 * seven millions and at twenty-three; beyond some fifty millions the kernels' four gigabytes are full. The number for a GPU is a guess: none could be measured.
 */
const manyParameters = { cpu: 5_000_000, gpu: 1_000_000 };

/**
 * Starts the tensor backend that a recipe asks for; from then on tfjs and `fused()` use it. `auto` takes TensorFlow for large models where it
 * is installed and works, else the kernels where they give the known answer, else the reference. A backend that was asked for by name and
 * does not work is an error.
 *
 * @param parameters of the model that will be trained.
 */
export async function startEngine(
  wanted: EngineName | "auto",
  files: EngineFiles,
  parameters = 0,
): Promise<EngineChoice> {
  switch (wanted) {
    case "cpu":
      return useReference("It is what the recipe or the setting asks for.");
    case "simd": {
      const { choice, problems } = await tryKernels(files.kernels);
      return choice ?? failed("simd", problems);
    }
    case "tensorflow": {
      if (!files.tensorflow) {
        throw new UserError(
          'The engine "tensorflow" is not installed. Run *Reasoning Lab: Set Up TensorFlow Engine* or `reasoning-lab engine install`, ' +
            'or set "engine" to "auto".',
        );
      }
      const result = await tryTensorflow(
        files.kernels,
        files.tensorflow,
        "It is what the recipe or the setting asks for.",
      );
      return typeof result === "string" ? failed("tensorflow", [result]) : result;
    }
    case "auto":
      return chooseEngine(files, parameters);
  }
}

function failed(engine: EngineName, problems: readonly string[]): never {
  throw new UserError(
    `The engine "${engine}" does not work here: ${problems.join("; ")}. Set "engine" to "auto", or to another engine.`,
  );
}

async function chooseEngine(files: EngineFiles, parameters: number): Promise<EngineChoice> {
  const { kernels, tensorflow } = files;
  const problems: string[] = [];
  if (tensorflow && parameters >= manyParameters[tensorflow.device]) {
    const millions = (parameters / 1e6).toFixed(1);
    const why = `It is the faster one for a model of ${millions} million parameters on this machine's ${tensorflow.device.toUpperCase()}.`;
    const result = await tryTensorflow(kernels, tensorflow, why);
    if (typeof result !== "string") return result;
    problems.push(`TensorFlow: ${result}`);
  }
  const kernelsResult = await tryKernels(kernels, problems);
  if (kernelsResult.choice) return kernelsResult.choice;
  return useReference(
    `Nothing faster works here (${kernelsResult.problems.join("; ")}), so the slow reference engine runs.`,
  );
}

async function useReference(reason: string): Promise<EngineChoice> {
  await tf.setBackend("cpu");
  useFusedOperations(composedOperations);
  return { name: "cpu", reason };
}

async function tryTensorflow(
  kernels: string,
  { binding, tested }: UsableEngine,
  why: string,
): Promise<EngineChoice | string> {
  try {
    // The kernels decode for it on a processor.
    const { choice } = await tryKernels(kernels);
    const kernel = choice && fused();
    const { operations, version, device } = await startTensorflow(binding, kernel);
    const problem = knownAnswerProblem(operations);
    if (problem !== null) return problem;
    useFusedOperations(operations);
    return {
      name: "tensorflow",
      reason:
        `TensorFlow ${version} on the ${device.toUpperCase()}; the known-answer test passed. ${why}` +
        (tested === undefined ? "" : ` When it was tested: ${tested}.`),
    };
  } catch (error) {
    return messageOf(error);
  }
}

interface BuildToTry {
  readonly file: string;
  readonly threads: number;
  readonly wide: boolean;
  readonly label: KernelBuild;
}

/** Builds of the kernels, the fastest first: what fails its known-answer test makes way for the next. */
function kernelBuilds(kernels: string): readonly BuildToTry[] {
  const threads = usefulThreads();
  const plain = join(dirname(kernels), "kernels-plain.wasm");
  return [
    { file: kernels, threads, wide: true, label: "relaxed SIMD" },
    { file: plain, threads, wide: false, label: "plain SIMD" },
    ...(threads === 1 ? [] : [{ file: plain, threads: 1, wide: false, label: "plain SIMD" } as const]),
  ];
}

/** What runs, or why none does. `problems`: of what was tried before. */
async function tryKernels(
  kernels: string,
  problems: readonly string[] = [],
): Promise<{ readonly choice: EngineChoice | null; readonly problems: readonly string[] }> {
  const found = [...problems];
  for (const { file, threads: wanted, wide, label } of kernelBuilds(kernels)) {
    try {
      const { operations, threads } = await startSimd(file, wanted, wide);
      const problem = knownAnswerProblem(operations);
      if (problem === null) {
        useFusedOperations(operations);
        const count = threads === 1 ? "one thread" : `${threads} threads`;
        const instead = found.length === 0 ? "" : ` In place of what does not work here: ${found.join("; ")}.`;
        return {
          choice: {
            name: "simd",
            reason: `WebAssembly kernels, ${label}, ${count}; the known-answer test passed.${instead}`,
            kernels: label,
          },
          problems: found,
        };
      }
      found.push(`${label}: ${problem}`);
    } catch (error) {
      found.push(`${label}: ${messageOf(error)}`);
    }
  }
  return { choice: null, problems: found };
}
