import { appendFileSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RolloutNote } from "../protocol/rollout-notes";
import { exampleRun, temporaryFolder } from "./example-run";
import { notesPath } from "./paths";
import { readNotes, writeNote } from "./rollout-notes";

const note = (change: Partial<RolloutNote> = {}): RolloutNote => ({
  stage: "reasoning-rl",
  step: 1,
  purpose: "train",
  group: 0,
  sample: 0,
  tags: ["odd"],
  note: "looks at the answer first",
  at: "2026-11-30T12:00:00.000Z",
  ...change,
});

test("of a rollout the last note holds, and an empty one takes it away", () => {
  const run = exampleRun();
  expect(readNotes(run)).toEqual({ notes: [], problem: null });
  writeNote(run, note());
  writeNote(run, note({ sample: 1 }));
  writeNote(run, note({ note: "again", tags: [] }));
  expect(readNotes(run).notes).toEqual([note({ sample: 1 }), note({ note: "again", tags: [] })]);
  writeNote(run, note({ sample: 1, tags: [], note: "" }));
  expect(readNotes(run).notes).toEqual([note({ note: "again", tags: [] })]);
  expect(readFileSync(notesPath(run), "utf8").split("\n")).toHaveLength(5);
});

test("a line that was not written to its end, and one of somebody else, cost no other", () => {
  const run = exampleRun();
  writeNote(run, note());
  appendFileSync(notesPath(run), '{"stage": "rl"}\n{"stage": "reas');
  writeNote(run, note({ sample: 2 }));
  const { notes, problem } = readNotes(run);
  expect(notes).toEqual([note(), note({ sample: 2 })]);
  expect(problem).toMatch("2 lines that cannot be read");
});

test("nothing is read or written through a link out of the run", () => {
  const run = exampleRun();
  const outside = join(temporaryFolder(), "mine");
  writeFileSync(outside, "mine\n");
  symlinkSync(outside, notesPath(run));
  expect(() => readNotes(run)).toThrow("leads out of the run's folder");
  expect(() => writeNote(run, note())).toThrow("leads out of the run's folder");
  expect(readFileSync(outside, "utf8")).toBe("mine\n");
});
