import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { changeLabel, deleteStepNote, readAnnotations, readLabel, writeStepNote } from "./annotations";
import { exampleRun, temporaryFolder } from "./example-run";
import { listRuns, runReader } from "./list-runs";
import { annotationsPath } from "./paths";

const note = { id: null, stage: "reasoning-rl", step: 7, text: "raised β" };

test("notes are written, changed and deleted, and what is said of the run stays", () => {
  const run = exampleRun();
  expect(readLabel(run)).toBeUndefined();
  changeLabel(run, { name: "With KL", tags: ["kl", "kl", "paper"], note: "as in the paper" });
  const [written] = writeStepNote(run, note);
  expect(written).toMatchObject({ stage: "reasoning-rl", step: 7, text: "raised β" });
  const [changed] = writeStepNote(run, { ...note, id: written!.id, text: "raised β to 0.04" });
  expect(changed).toMatchObject({ id: written!.id, created: written!.created, text: "raised β to 0.04" });
  expect(readLabel(run)).toEqual({ name: "With KL", tags: ["kl", "paper"], note: "as in the paper", problem: null });
  expect(deleteStepNote(run, written!.id)).toEqual([]);
  changeLabel(run, { name: null });
  expect(readAnnotations(run)).toMatchObject({ name: null, tags: ["kl", "paper"], steps: [] });
  expect(readdirSync(run).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("a note that another window has deleted is not written as if it were there", () => {
  const run = exampleRun();
  const [written] = writeStepNote(run, note);
  deleteStepNote(run, written!.id);
  expect(() => writeStepNote(run, { ...note, id: written!.id })).toThrow("was deleted meanwhile");
});

test.each([
  ["no JSON", "{", /cannot be read/],
  ["another format", '{"format":2}', /not understood at `format`/],
  ["a name of two lines", '{"format":1,"name":"a\\nb"}', /not understood at `name`/],
])("a file with %s is said, and never written over", (_what, text, says) => {
  const run = exampleRun();
  writeFileSync(annotationsPath(run), text);
  expect(readLabel(run)?.problem).toMatch(says);
  expect(() => writeStepNote(run, note)).toThrow(says);
  expect(() => changeLabel(run, { name: "x" })).toThrow(says);
  expect(readFileSync(annotationsPath(run), "utf8")).toBe(text);
  expect(listRuns(join(run, "..", "..", ".."))[0]).toMatchObject({ problem: null, record: { name: "Chain sum" } });
});

test("nothing is written through links that lead out of the run", () => {
  const run = exampleRun();
  const elsewhere = temporaryFolder("elsewhere");
  symlinkSync(join(elsewhere, "taken"), annotationsPath(run));
  expect(() => writeStepNote(run, note)).toThrow("is a link that leads out of the run's folder");
  expect(existsSync(join(elsewhere, "taken"))).toBe(false);
});

test("a list that is watched shows a new name at once", () => {
  const workspace = temporaryFolder("workspace");
  mkdirSync(workspace, { recursive: true });
  const run = exampleRun(workspace);
  const read = runReader();
  const [before] = read(workspace);
  expect(before!.entry.label).toBeUndefined();
  changeLabel(run, { name: "Named" });
  const [after] = read(workspace);
  expect(after!.entry.label).toMatchObject({ name: "Named" });
  expect(after!.stamp).not.toBe(before!.stamp);
});
