import { expect, test } from "vitest";
import type { MemoryPlan } from "../protocol/memory";
import { memoryText } from "./memory-text";

const planned = (peak: number) => {
  const memory: MemoryPlan = {
    engine: "tensorflow",
    weights: peak / 2,
    gradients: 0,
    moments: 0,
    activations: peak / 2,
    logits: 0,
    saving: 0,
    process: 0,
    sampling: 0,
    peak,
    limit: null,
    part: null,
    recompute: false,
  };
  return [
    { status: "completed" as const, memory: { ...memory, peak: 9e9 } },
    { status: "running" as const, memory },
  ];
};

test("says what the stage at work had planned, and what takes less", () => {
  expect(memoryText(planned(3e9), "yes")).toBe(
    " Memory ran out. Its stage was planned at 3.0 GB at its peak (weights 1.5 GB, activations 1.5 GB); a micro_batch_size, or a smaller one, takes less.",
  );
  expect(memoryText(planned(3e9), "perhaps")).toContain("If nobody ended it, the system did");
});

test("guesses nothing of a stage that takes little, and nothing where memory is not the reason", () => {
  expect(memoryText(planned(3e7), "perhaps")).toBe("");
  expect(memoryText(planned(3e9), "no")).toBe("");
  expect(memoryText([], "yes")).toBe(" Memory ran out.");
});
