import { expect, test } from "vitest";
import { UserError } from "../shared/user-error";
import { pathOfUri } from "./path-of-uri";
import { openFile, UnusableFile } from "./workspace-file";

test("what is no file on this machine is said as such", () => {
  expect(pathOfUri("file:///w/a%20b.lab.json")).toMatch(/a b\.lab\.json$/);
  for (const uri of ["untitled:Untitled-1", "a.lab.json", "file:///w/%00", "file:///w%2Fx", ""])
    expect(() => pathOfUri(uri), uri).toThrow(UserError);
});

test("a path with a null character is no fault of the program", () => {
  expect(() => openFile("/w/a\0b")).toThrow(UnusableFile);
});
