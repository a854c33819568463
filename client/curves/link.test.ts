import { expect, test } from "vitest";
import { linkTo, parseLink } from "./link";

const parsed = (link: string) => {
  const { pathname, search } = new URL(link);
  return parseLink({ path: pathname, query: search.slice(1) });
};

test.each([
  { run: "2026-11-30T1755-slips", workspaceFolder: "/home/a b/ä&=#?", stage: "reasoning-rl", step: 12 },
  { run: "läuft & fällt", workspaceFolder: "C:\\work\\lab", stage: null, step: null },
  { run: "x", workspaceFolder: "/w", stage: "*", step: null },
])("a link leads back to where it was made: %o", (place) => {
  const { run, workspaceFolder, stage, step } = place;
  expect(parsed(linkTo("vscode", "reasoning-lab.reasoning-lab", place))).toEqual({
    run,
    in: workspaceFolder,
    ...(stage === null ? {} : { stage }),
    ...(step === null ? {} : { step }),
  });
});

test("a folder of another machine is not in a link", () => {
  const link = linkTo("vscode", "a.b", { run: "x", workspaceFolder: "\\\\host\\share", stage: null, step: null });
  expect(parsed(link)).toEqual({ run: "x" });
});

test.each([
  ["another page", "/settings", "run=x"],
  ["no run", "/curves", "stage=a"],
  ["a run twice", "/curves", "run=x&run=y"],
  ["what nobody knows", "/curves", "run=x&command=workbench.action.quit"],
  ["a run that climbs", "/curves", "run=.."],
  ["a run with a path", "/curves", "run=..%2F..%2Fetc"],
  ["a run of Windows streams", "/curves", "run=a:b"],
  ["a null character", "/curves", "run=a%00b"],
  ["text that turns around", "/curves", "run=a%E2%80%AEb"],
  ["a relative folder", "/curves", "run=x&in=../../etc"],
  ["a host of the network", "/curves", "run=x&in=%2F%2Fhost%2Fshare"],
  ["a host of Windows networks", "/curves", "run=x&in=%5C%5Chost%5Cshare"],
  ["a stage that is none", "/curves", "run=x&stage=%3Cb%3E"],
  ["a step that is none", "/curves", "run=x&step=1e9"],
  ["a negative step", "/curves", "run=x&step=-1"],
  ["a long run", "/curves", `run=${"x".repeat(256)}`],
  ["a long link", "/curves", `run=x&in=/${"x".repeat(5000)}`],
])("%s is refused", (_what, path, query) => {
  expect(() => parseLink({ path, query })).toThrow("nothing was opened");
});
