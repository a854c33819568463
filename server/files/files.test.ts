import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { leadsWithin, pathWithin } from "./paths-within";
import { hostileFiles, hostileSocket } from "./hostile-files.testing";
import { isFile, openFileHandle, readText, sizeLimits, statsOf, streamFile } from "./workspace-file";

const folder = mkdtempSync(join(realpathSync(tmpdir()), "reasoning-lab-files-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("regular files are read, also through a link", async () => {
  const file = join(folder, "text.txt");
  writeFileSync(file, "é😀\n");
  symlinkSync(file, join(folder, "link.txt"));
  expect(readText(join(folder, "link.txt"), sizeLimits.recipe)).toBe("é😀\n");
  const chunks: Buffer[] = [];
  for await (const chunk of streamFile(file)) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks)).toEqual(readFileSync(file));
  const handle = await openFileHandle(file);
  expect((await handle.stat()).size).toBe(7);
  await handle.close();
  expect(isFile(file)).toBe(true);
});

test.each(hostileFiles)("%s is refused at once, by its name and what it is", async (name, make, says) => {
  const path = join(folder, name.replaceAll(" ", "-"));
  make(path);
  expect(() => readText(path, sizeLimits.rows)).toThrow(says);
  expect(() => readText(path, sizeLimits.rows)).toThrow(path);
  if (name.startsWith("a sparse")) return;
  expect(() => streamFile(path)).toThrow(says);
  await expect(openFileHandle(path)).rejects.toThrow(says);
  expect(isFile(path)).toBe(false);
});

test.skipIf(process.platform === "win32")("a socket is refused", async () => {
  const path = join(folder, "s");
  const close = await hostileSocket(path);
  expect(() => readText(path, sizeLimits.rows)).toThrow("is a socket, not a file");
  close();
});

test("what is not there throws the system's error, which says so", () => {
  expect(() => readText(join(folder, "none"), 1)).toThrow(/ENOENT/);
  expect(statsOf(join(folder, "none"))).toBe(null);
  symlinkSync(join(folder, "round"), join(folder, "round"));
  expect(statsOf(join(folder, "round"))).toBe(null);
});

test("a file one byte above its limit is not read", () => {
  const file = join(folder, "five");
  writeFileSync(file, "12345");
  expect(readText(file, 5)).toBe("12345");
  expect(() => readText(file, 4)).toThrow("has 5 bytes; files of its kind are read up to 4 bytes");
});

test("paths stay within their folder, links followed", () => {
  const home = join(folder, "home");
  mkdirSync(join(home, "inner"), { recursive: true });
  writeFileSync(join(folder, "outside.txt"), "");
  symlinkSync(join(folder, "outside.txt"), join(home, "link"));
  symlinkSync(folder, join(home, "up"));
  symlinkSync(join(home, "inner"), join(home, "inside"));
  for (const name of ["a.json", "inner/a.json", "inside/a.json", "inner/../b.json", "not/yet/there.json"])
    expect(pathWithin(home, name, "run.json")).toBe(join(home, name));
  for (const name of [
    "../outside.txt",
    "inner/../../outside.txt",
    "/etc/passwd",
    "link",
    "up/outside.txt",
    "up/not-there",
    "\\\\host\\share\\x",
    "C:\\x",
    "c:/x",
    "..",
    ".",
    "",
    "a\0b",
  ])
    expect(() => pathWithin(home, name, "run.json"), name).toThrow("is outside of");
  expect(leadsWithin(home, "//host/share/x")).toBe(false);
});

test("links within a folder lead within, by whatever name of the folder; those that leave it on their way do not", () => {
  const real = join(folder, "real");
  mkdirSync(join(real, "a", "b"), { recursive: true });
  symlinkSync(real, join(folder, "alias"));
  const alias = join(folder, "alias");
  symlinkSync(join(alias, "a"), join(real, "by-alias"));
  symlinkSync(join(real, "a"), join(real, "by-name"));
  symlinkSync(join("a", "..", "by-name", "b"), join(real, "there-and-back"));
  symlinkSync(join("..", "real", "a"), join(real, "out-and-in"));
  symlinkSync(join("by-name", "..", "..", "outside.txt"), join(real, "through-a-link"));
  symlinkSync("round", join(real, "round"));
  symlinkSync(".", join(real, "itself"));
  expect(leadsWithin(alias, join(alias, "by-alias", "b"))).toBe(true);
  // By a name that says nothing of where it leads.
  expect(leadsWithin(real, join(real, "by-alias", "b"))).toBe(false);
  for (const name of ["by-name/c", "there-and-back", "itself/a/b", "a/../a"])
    for (const home of [real, alias]) expect([name, leadsWithin(home, join(home, name))]).toEqual([name, true]);
  for (const name of ["out-and-in/b", "through-a-link", "round", "itself"])
    for (const home of [real, alias]) expect([name, leadsWithin(home, join(home, name))]).toEqual([name, false]);
});
