import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import type { StageReport as AnyReport } from "../protocol/reports";
import { exampleRun } from "./example-run";
import { reportPath } from "./paths";
import { readReport } from "./reports";
import { openRunWriter } from "./writer";

const report: Extract<AnyReport, { kind: "rejection-sampling" }> = {
  kind: "rejection-sampling",
  report: {
    given: 10,
    kept: 3,
    promptsKept: 2,
    prompts: 5,
    dropped: {
      unreadable: 0,
      "wrong-answer": 6,
      "low-reward": 0,
      "too-long": 1,
      "mixed-language": 0,
      repetition: 0,
      "near-duplicate": 0,
      "over-cap": 0,
    },
  },
  general: 1,
  missing: 0,
  drawn: { tokens: 300, seconds: 2.5 },
};

test("a report is read as it was written; none is null", () => {
  const folder = exampleRun();
  expect(readReport(folder, "sampling")).toBeNull();
  const run = openRunWriter(folder);
  run.saveReport("sampling", report);
  run.close();
  expect(readReport(folder, "sampling")).toEqual(report);
});

test("a report from before throughput and low rewards were noted has none", () => {
  const folder = exampleRun();
  const { drawn, ...rest } = report;
  expect(drawn).not.toBeNull();
  const { "low-reward": none, ...dropped } = rest.report.dropped;
  expect(none).toBe(0);
  const before = { ...rest, report: { ...rest.report, dropped } };
  mkdirSync(dirname(reportPath(folder, "sampling")));
  writeFileSync(reportPath(folder, "sampling"), JSON.stringify(before));
  expect(readReport(folder, "sampling")).toEqual({ ...rest, drawn: null });
});

test("a damaged report says which file and what to do", () => {
  const folder = exampleRun();
  mkdirSync(dirname(reportPath(folder, "sampling")));
  for (const text of ["{", '{ "kind": "filter" }', '{ "kind": "other" }']) {
    writeFileSync(reportPath(folder, "sampling"), text);
    expect(() => readReport(folder, "sampling")).toThrow(/sampling\.json.*Run the stage again/);
  }
});
