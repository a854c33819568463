/** Runs to test with. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RolloutRecord } from "../protocol/traces";
import { createRun, type NewRun } from "./create-run";

/** A new folder for one test. */
export const temporaryFolder = (name = "test") => mkdtempSync(join(tmpdir(), `reasoning-lab-${name}-`));

/** A new run of a recipe with one stage, `reasoning-rl`. */
export const exampleRun = (workspaceFolder = temporaryFolder("run"), change: Partial<NewRun> = {}) =>
  createRun({
    workspaceFolder,
    recipeFile: "chain-sum.lab.json",
    name: "Chain sum",
    recipe: {},
    seed: 0,
    versions: {},
    hashes: { recipe: "", rewards: {}, data: {} },
    stages: [{ name: "reasoning-rl", kind: "reasoning-rl", steps: 100, from: null }],
    ...change,
  });

/** A rollout of three tokens. */
export function exampleRollout(change: Partial<RolloutRecord> = {}): RolloutRecord {
  return {
    stage: "reasoning-rl",
    step: 1,
    purpose: "train",
    group: 0,
    sample: 0,
    prompt: "a6b+4=",
    completion: "<think>b6+4=10</think><answer>10</answer>",
    answer: "10",
    extracted: "10",
    finishReason: "stop",
    correct: 1,
    promptAsSeen: "a6b+4=",
    row: "{}",
    rewards: { correct: { kind: "score", score: 1, extras: {} } },
    reward: 1,
    advantage: 0.5,
    rewardHash: "hash",
    checkpoint: null,
    tags: [],
    length: 3,
    perToken: {
      tokens: Int32Array.of(2, 0, 1),
      logprobs: null,
      oldLogprobs: Float32Array.of(-0.5, -1.5, -2),
      referenceLogprobs: null,
      entropy: Float32Array.of(0.1, 0.2, 0.3),
      ratio: Float32Array.of(1, 1.25, 1),
      clipped: Uint8Array.of(0, 1, 0),
      top: null,
    },
    ...change,
  };
}
