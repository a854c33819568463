/** How much memory a model takes, known from its sizes before anything is made of it, and how much there is. */
import { totalmem } from "node:os";
import { engineMemoryLimit } from "../engine/fused-operations";
import { sizeText } from "../shared/size-text";
import type { ModelConfig } from "./config";
import { weightShapes } from "./weights";
import { UserError } from "../shared/user-error";

const bytesPerNumber = 4;

/** Numbers of a model. Layers are alike: they are counted, not listed, however many there are. */
export function parameterCountOf(config: ModelConfig): number {
  const count = (num_hidden_layers: number): number =>
    weightShapes({ ...config, num_hidden_layers }).reduce(
      (total, { shape }) => total + shape.reduce((product, size) => product * size, 1),
      0,
    );
  const without = count(0);
  return without + config.num_hidden_layers * (count(1) - without);
}

export interface MemoryLimits {
  /** Bytes that the engine can address; null: as many as the machine has. */
  readonly engine: number | null;
  /** Bytes of the machine, or of the container that this process runs in. */
  readonly machine: number;
}

export const memoryLimits = (): MemoryLimits => ({
  engine: engineMemoryLimit(),
  machine: Math.min(totalmem(), process.constrainedMemory() || Infinity),
});

/** Numbers that are held for each of a model that is only asked. */
export const asked = 1;
/** Numbers that are held for each of a model that stands still beside an adapter: its weight, and while it samples its weight with the adapter added. */
export const beside = 2;
/** Numbers that are held for each of a model that is trained: its weight, the gradient and two moments. */
export const trained = 4;

const countText = (count: number): string =>
  count >= 1e9 ? `${(count / 1e9).toFixed(1)} billion` : `${(count / 1e6).toFixed(1)} million`;

/** `what` begins the sentence, `a model`; null: it fits, as far as can be told from its own numbers. */
export function memoryProblem(
  what: string,
  parameters: number,
  copies: number,
  { engine, machine }: MemoryLimits = memoryLimits(),
): string | null {
  const bytes = bytesPerNumber * copies * parameters;
  if (bytes <= Math.min(engine ?? Infinity, machine)) return null;
  const needs =
    copies !== trained
      ? `takes ${sizeText(bytes)} in float32`
      : `takes at least ${sizeText(bytes)} while it is trained (weights, gradients and two moments in float32)`;
  const has =
    engine !== null && engine <= machine
      ? `the embedded engine can address ${sizeText(engine)}. Use a smaller model, or set up the TensorFlow engine`
      : `this machine has ${sizeText(machine)}. Use a smaller model`;
  return `${what} has ${countText(parameters)} parameters and ${needs}; ${has}.`;
}

/** Throws an Error for people when a model cannot be held even if it is only asked. */
export function refuseTooLarge(what: string, config: ModelConfig, limits?: MemoryLimits): void {
  const problem = memoryProblem(what, parameterCountOf(config), asked, limits);
  if (problem !== null) throw new UserError(problem);
}
