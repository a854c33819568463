import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolders } from "./make-folders";
import { isFolder } from "./workspace-file";

test("a folder is made with those around it, and again without harm", () => {
  const folder = join(mkdtempSync(join(tmpdir(), "folders-")), "a", "b", "c");
  makeFolders(folder);
  makeFolders(folder);
  expect(isFolder(folder)).toBe(true);
});

test("a file in the way is said", () => {
  const file = join(mkdtempSync(join(tmpdir(), "folders-")), "file");
  writeFileSync(file, "");
  expect(() => makeFolders(join(file, "a"))).toThrow(/ENOTDIR|EEXIST|ENOENT/);
  expect(() => makeFolders(file)).toThrow(/EEXIST/);
});

test.runIf(process.platform === "linux")("a place that takes no folder is said, not tried for ever", () => {
  expect(() => makeFolders("/proc/reasoning-lab/a")).toThrow(/ENOENT|EACCES|EPERM/);
});
