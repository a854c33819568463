import { expect, test } from "vitest";
import type { StageRecord } from "./run";
import { sourceTexts } from "./lineage";

const stage = (from: string | null, sources: Record<string, string> = {}): StageRecord => ({
  name: "preference-rl",
  kind: "preference-rl",
  status: "pending",
  step: 0,
  steps: 4,
  seconds: 0,
  notes: [],
  remarks: {},
  memory: null,
  before: null,
  after: null,
  given: null,
  from,
  sources,
});
const checkpoint = (run: string, name: string): string => `.reasoning-lab/runs/${run}/checkpoints/${name}`;

test("what a stage builds on is told by checkpoint and run, each once", () => {
  const dpo = checkpoint("2026-a", "dpo-30");
  expect(sourceTexts(stage(dpo, { dpo, safe: checkpoint("2026-b", "safe-40") }))).toEqual([
    "dpo-30 of 2026-a",
    "safe-40 of 2026-b",
  ]);
  expect(sourceTexts(stage("../models/base"))).toEqual(["../models/base"]);
  expect(sourceTexts(stage(null))).toEqual([]);
});
