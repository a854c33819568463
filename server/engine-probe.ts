/**
 * The probe: loads an installed TensorFlow, computes a known gradient with it, times two products, and prints what works as one line of JSON.
 *   node engine-probe.js BINDING cpu|cuda
 */
import "./shared/no-debugger";
import { existsSync, readdirSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import { knownAnswerProblem } from "./engine/known-answer";
import { measureProduct } from "./engine/measure-product";
import { startTensorflow } from "./engine/tensorflow/start";
import { cudaLibraryNames } from "./engine-setup/cuda-libraries";
import { measuredShapes, type ProbeReport } from "./protocol/engine";
import { messageOf } from "./shared/user-error";

/** Whether the loader can load a library. It is no addon of Node, so Node says so after it was loaded. */
function loads(library: string): boolean {
  try {
    process.dlopen({ exports: {} }, library, constants.dlopen.RTLD_LAZY);
    return true;
  } catch (error) {
    return error instanceof Error && /self-register/.test(error.message);
  }
}

/** Path of a library that was installed with the engine, else its name, for the loader to look for. */
function located(engine: string, library: string): string {
  const nvidia = join(engine, "nvidia");
  const folders = existsSync(nvidia) ? readdirSync(nvidia).map((name) => join(nvidia, name, "lib")) : [];
  return folders.map((folder) => join(folder, library)).find((path) => existsSync(path)) ?? library;
}

async function probe(binding: string, variant: string): Promise<ProbeReport> {
  const engine = dirname(binding);
  const { operations, version, device } = await startTensorflow(binding);
  const wrong = knownAnswerProblem(operations);
  const problem = wrong === null ? null : `Its known answer is wrong: ${wrong}`;
  const wanted = variant === "cuda" && device === "cpu" ? ["libcuda.so.1", ...cudaLibraryNames] : [];
  const products = problem === null ? measuredShapes.map((shape) => measureProduct(operations, shape)) : [];
  const missing = wanted.filter((library) => !loads(located(engine, library)));
  return { version, device, problem, products, missing };
}

const [binding = "", variant = "cpu"] = process.argv.slice(2);
void probe(binding, variant)
  .catch((error: unknown): ProbeReport => {
    const problem = messageOf(error);
    return { version: null, device: null, problem: `It cannot be loaded: ${problem}`, products: [], missing: [] };
  })
  .then((report) => {
    process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));
  });
