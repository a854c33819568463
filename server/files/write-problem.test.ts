import { mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { isDiskFull, systemCode, writeProblem } from "./write-problem";

const folder = mkdtempSync(join(realpathSync(tmpdir()), "reasoning-lab-write-problem-"));

/** What is said of a file that cannot be made there, or of a folder. */
function problem(path: string, make: (path: string) => void = (file) => writeFileSync(file, "")): string {
  try {
    make(path);
  } catch (error) {
    return writeProblem(path, error);
  }
  throw new Error(`${path} was made.`);
}
const makeFolders = (path: string): void => void mkdirSync(path, { recursive: true });

test("what stands in the way is named, whatever the system calls it", () => {
  const [file, gone, round] = [join(folder, "file"), join(folder, "gone"), join(folder, "round")];
  writeFileSync(file, "");
  symlinkSync(join(folder, "nowhere"), gone);
  symlinkSync(round, round);
  expect(problem(join(file, "x"))).toBe(`${file} is a file, not a folder`);
  expect(problem(join(file, "x", "y"), makeFolders)).toBe(`${file} is a file, not a folder`);
  expect(problem(file, makeFolders)).toBe(`${file} is a file, not a folder`);
  expect(problem(folder)).toBe("it is a folder");
  expect(problem(join(folder, "no", "such", "x"))).toBe(`the folder ${join(folder, "no", "such")} is missing`);
  if (process.platform === "win32") return;
  expect(problem(join(gone, "x"), makeFolders)).toBe(
    `${gone} is a link to ${join(folder, "nowhere")}, which is missing`,
  );
  expect(problem(join(round, "x"), makeFolders)).toBe("links in that path lead in a circle");
});

test("a full disk is told from other errors, by whatever is caused by it too", () => {
  const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  const outer = new Error("It was not written.", { cause: full });
  expect([full, outer].map(isDiskFull)).toEqual([true, true]);
  expect(systemCode(outer)).toBe("ENOSPC");
  expect(writeProblem(join(folder, "x"), outer)).toBe("no space is left on the disk");
  const quota = Object.assign(new Error("EDQUOT"), { code: "EDQUOT" });
  expect([isDiskFull(quota), writeProblem(folder, quota)]).toEqual([true, "your quota of the disk is used up"]);
  const other = new Error("The disk is full of joy.");
  expect([isDiskFull(other), isDiskFull("ENOSPC"), writeProblem(folder, other)]).toEqual([false, false, other.message]);
});

test("SQLite's errors are those of a full disk when its file may not grow", () => {
  const database = new DatabaseSync(":memory:");
  database.exec("PRAGMA max_page_count = 2; CREATE TABLE t (x)");
  let said: unknown;
  try {
    database.exec("INSERT INTO t VALUES (zeroblob(100000))");
  } catch (error) {
    said = error;
  }
  expect(isDiskFull(said)).toBe(true);
  expect(writeProblem(folder, said)).toBe("no space is left on the disk");
  database.close();
});
