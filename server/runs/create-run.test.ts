import type * as Fs from "node:fs";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { exampleRun, temporaryFolder } from "./example-run";
import { recipeFileOf } from "./paths";
import { readRecord, writeRecord } from "./record";

const fail = vi.hoisted(() => ({ code: null as string | null }));
vi.mock("node:fs", async (original) => {
  const fs = await original<typeof Fs>();
  return {
    ...fs,
    // As on a read-only file system: making a folder with its parents says that a parent is not there.
    mkdirSync: (...args: Parameters<typeof fs.mkdirSync>) => {
      if (fail.code === null) return fs.mkdirSync(...args);
      throw Object.assign(new Error("ENOENT: no such file or directory, mkdir"), { code: "ENOENT" });
    },
    accessSync: (...args: Parameters<typeof fs.accessSync>) => {
      if (fail.code === null) {
        fs.accessSync(...args);
        return;
      }
      throw Object.assign(new Error("x"), { code: fail.code });
    },
  };
});

test.each([
  [
    "EROFS",
    /Runs cannot be recorded in .*runs: its file system is read-only\. Record them elsewhere: .*--output FOLDER/,
  ],
  ["EACCES", /you have no permission to write there/],
])("a folder that cannot be written is said in words (%s), with what to do", (code, message) => {
  const folder = temporaryFolder("read-only");
  fail.code = code;
  try {
    expect(() => exampleRun(folder)).toThrow(message);
  } finally {
    fail.code = null;
  }
});

test("a file in place of the runs is said too", () => {
  const folder = temporaryFolder("file");
  mkdirSync(join(folder, "x"));
  writeFileSync(join(folder, ".reasoning-lab"), "");
  expect(() => exampleRun(folder)).toThrow(/\.reasoning-lab is a file, not a folder/);
});

test.each(["~.lab.json", "c:x.lab.json", "back\\slash.lab.json"])(
  "a recipe whose name no record may have (%s) is refused by its name, before anything is made",
  (recipeFile) => {
    const folder = temporaryFolder("name");
    expect(() => exampleRun(folder, { recipeFile })).toThrow(`A run of ${recipeFile} cannot be recorded`);
    expect(existsSync(join(folder, ".reasoning-lab"))).toBe(false);
  },
);

test("what runs leave is kept out of git", () => {
  const folder = temporaryFolder("ignore");
  exampleRun(folder);
  expect(readFileSync(join(folder, ".reasoning-lab", ".gitignore"), "utf8")).toBe("*\n");
});

test("the recipe of a run that is recorded elsewhere is found where somebody says that it lies, and nowhere else", () => {
  const [sources, output] = [temporaryFolder("sources"), temporaryFolder("output")];
  const recipe = join(sources, "x.lab.json");
  writeFileSync(recipe, "{}");
  const run = exampleRun(output, { recipeFile: "x.lab.json", sources });
  const record = readRecord(run);
  expect(recipeFileOf(run, record, sources)).toBe(recipe);
  expect(() => recipeFileOf(run, record)).toThrow(`--workspace ${sources}`);
  writeRecord(run, { ...record, recipeFile: "../x.lab.json" });
  expect(() => readRecord(run)).toThrow(/recipeFile/);
});
