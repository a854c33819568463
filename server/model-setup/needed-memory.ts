/** The memory that a model takes here, by the plan that stages go by. */
import { totalmem } from "node:os";
import { addressable } from "../engine/simd/memory";
import { usefulThreads } from "../engine/simd/threads";
import type { PlannedEngine } from "../models/activation-memory";
import type { ModelConfig } from "../models/config";
import { adapterShapes, linearModules } from "../models/lora";
import { planMemory, usable, type PlannedWork } from "../models/memory-plan";
import type { MemoryNeed } from "../protocol/models";
import { UserError } from "../shared/user-error";

/** A small step of RL, which is told with the figures: 8 completions of each of 4 prompts, 64 + 128 tokens. */
const drawn = { prompts: 4, samples: 8, promptTokens: 64, completionTokens: 128 };
const batch = { tokens: 32 * 192, longest: 192 };
const rank = 32;

const adapterNumbers = (config: ModelConfig): number =>
  adapterShapes(config, { rank, alpha: rank, use_rslora: false, dropout: 0, target_modules: linearModules }).reduce(
    (sum, { shape: [rows, columns] }) => sum + rows! * columns!,
    0,
  );

export interface Needs {
  /** To draw completions alone, and to train an adapter or the whole model by RL. */
  readonly sampling: MemoryNeed;
  readonly lora: MemoryNeed;
  readonly whole: MemoryNeed;
}

/** On the embedded engine where it fits there, else on TensorFlow. `machine`: bytes of it. */
export function neededMemory(config: ModelConfig, machine = totalmem()): Needs {
  const workOn = (engine: PlannedEngine, adapter: number | null, limit: number | null): PlannedWork => ({
    config,
    adapter,
    trained: 1,
    asked: 0,
    engine,
    threads: usefulThreads(),
    batch,
    together: null,
    sampling: drawn,
    evaluation: null,
    limit,
    machine,
  });
  const limits = { simd: Math.min(addressable, machine), tensorflow: machine };
  const training = (adapter: number | null): MemoryNeed => {
    for (const engine of ["simd", "tensorflow"] as const) {
      try {
        return { engine, bytes: planMemory(workOn(engine, adapter, limits[engine])).peak };
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
      }
    }
    // In parts as small as where it would fit if there were more.
    const { peak } = planMemory({ ...workOn("tensorflow", adapter, null), together: 1 });
    return { engine: null, bytes: peak };
  };
  const asking = (engine: PlannedEngine): number => {
    const { weights, sampling, process } = planMemory({ ...workOn(engine, null, null), trained: 0, asked: 1 });
    return weights + sampling + process;
  };
  const fitting = (["simd", "tensorflow"] as const).find((engine) => asking(engine) <= usable * limits[engine]);
  return {
    sampling: { engine: fitting ?? null, bytes: asking(fitting ?? "tensorflow") },
    lora: training(adapterNumbers(config)),
    whole: training(null),
  };
}
