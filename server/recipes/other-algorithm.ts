import { algorithmFields } from "./algorithm-fields";
import { withPreset } from "./presets";

/**
 * An RL stage by another algorithm's preset: what it says of algorithms makes way for the preset's settings and the defaults; the rest
 * stays. To be parsed by the stage's schema.
 */
export function byAlgorithm(stage: Readonly<Record<string, unknown>>, algorithm: unknown): unknown {
  const scale = Object.entries(stage).filter(([key]) => !(key in algorithmFields));
  return withPreset({ ...Object.fromEntries(scale), algorithm });
}
