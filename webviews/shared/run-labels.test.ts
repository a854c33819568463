import { expect, test } from "vitest";
import type { RunEntry } from "../../server/protocol/editor";
import { endingOf, type RunStatus } from "../../server/protocol/run";
import { chooseRun, hasPairs, recordsRollouts, runHeadline } from "./run-labels";

function entry(folder: string, status: RunStatus | null, change: Partial<RunEntry> = {}): RunEntry {
  const record: RunEntry["record"] =
    status === null
      ? null
      : {
          format: 1,
          id: folder,
          name: "chain-sum",
          created: "2026-11-23T11:00:00Z",
          recipeFile: "chain-sum.lab.json",
          sources: null,
          recipe: {},
          seed: 0,
          versions: {},
          engine: { name: "wasm", reason: "" },
          hashes: { recipe: "", rewards: {}, data: {} },
          parent: null,
          accepted: [],
          resumes: [],
          status,
          ...endingOf(null),
          process: null,
          stages: [
            {
              name: "reasoning-rl",
              kind: "reasoning-rl",
              status: "running",
              step: 12,
              steps: 100,
              from: null,
              sources: {},
              given: null,
              notes: [],
              remarks: {},
              memory: null,
              seconds: 1,
              before: null,
              after: null,
            },
          ],
        };
  return {
    folder,
    workspaceFolder: "/w",
    record,
    problem: null,
    checkpoints: [],
    progress: null,
    live: null,
    ...change,
  };
}

test("the wanted run is shown, else the one that lives, else the newest that can be read", () => {
  const runs = [entry("/c", null), entry("/b", "completed"), entry("/a", "running")];
  expect(chooseRun(runs, "/c")?.folder).toBe("/c");
  expect(chooseRun(runs, "/gone")?.folder).toBe("/a");
  expect(chooseRun(runs.slice(0, 2), null)?.folder).toBe("/b");
  expect(chooseRun([], null)).toBeNull();
});

test("a page of rollouts shows a run that has some, not one that only trained a reward model after it", () => {
  const judged = entry("/d", "completed");
  const ofKind = (kind: "reward-model" | "dpo", run: RunEntry): RunEntry => ({
    ...run,
    record: run.record && { ...run.record, stages: run.record.stages.map((stage) => ({ ...stage, kind })) },
  });
  const runs = [ofKind("reward-model", judged), ofKind("dpo", entry("/c", "completed")), entry("/b", "completed")];
  expect(chooseRun(runs, null)?.folder).toBe("/d");
  expect(chooseRun(runs, null, recordsRollouts)?.folder).toBe("/c");
  expect(chooseRun(runs, null, hasPairs)?.folder).toBe("/b");
  expect(chooseRun(runs, "/d", hasPairs)?.folder).toBe("/d");
  expect(chooseRun(runs.slice(0, 1), null, hasPairs)?.folder).toBe("/d");
});

test("a live run says how far it is and how long it takes", () => {
  const progress: RunEntry["progress"] = {
    type: "progress",
    stage: "reasoning-rl",
    phase: "training",
    step: 120,
    steps: 300,
    secondsLeft: 125,
    headline: { name: "reward", value: 0.4312 },
  };
  expect(runHeadline(entry("/a", "running", { progress })).text).toBe(
    "running · reasoning-rl 120/300 · 2 min 5 s left · reward 0.431",
  );
});

test("a run that another process supervises says what its record says", () => {
  expect(runHeadline(entry("/a", "running")).text).toBe("running · reasoning-rl 12/100");
});

test("a folder that cannot be read says why", () => {
  const broken = entry("C:\\w\\runs\\2026-chain", null, { problem: "run.json is not valid JSON." });
  expect(runHeadline(broken)).toEqual({
    status: "unreadable",
    text: "unreadable",
    message: "run.json is not valid JSON.",
  });
});
