import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { usualThresholds, type Thresholds } from "../health/thresholds";
import { exampleRun, temporaryFolder } from "../runs/example-run";
import { readRun } from "../runs/list-runs";
import { metricsPath } from "../runs/paths";
import { watchHealth } from "./health-watch";

const row = (step: number): string => `${JSON.stringify({ stage: "rl", step, time: 0, learning_rate: 0 })}\n`;
const rows = (count: number): string => Array.from({ length: count }, (_, index) => row(index + 1)).join("");

test("what lists show of a run is known once somebody looked, and follows thresholds and what is written", async () => {
  const folder = exampleRun(temporaryFolder("health"));
  writeFileSync(metricsPath(folder), rows(10));
  let thresholds: Thresholds = usualThresholds;
  const changed = vi.fn();
  const health = watchHealth(() => thresholds, changed);
  const run = readRun(folder);
  expect(health.summary(folder)).toBeNull();
  health.look([run]);
  await vi.waitFor(() => expect(health.summary(folder)).toEqual({ alarms: 0, advice: 0, lines: [] }));
  expect(changed).toHaveBeenCalledTimes(1);

  thresholds = { ...usualThresholds, window: 10 };
  health.look([run]);
  await vi.waitFor(() => expect(health.summary(folder)?.alarms).toBe(1));
  expect(health.summary(folder)?.lines[0]).toContain("Alarm, rl: The learning rate was 0");

  appendFileSync(metricsPath(folder), `${JSON.stringify({ stage: "rl", step: 11, time: 0, learning_rate: 1 })}\n`);
  expect(await health.notes(run)).toEqual([]);
});

test("a run whose metrics cannot be read is left alone, and asking for its notes says why", async () => {
  const folder = exampleRun(temporaryFolder("health"));
  const changed = vi.fn();
  const health = watchHealth(() => usualThresholds, changed);
  mkdirSync(metricsPath(folder));
  const run = readRun(folder);
  await expect(health.notes(run)).rejects.toThrow(metricsPath(folder));
  health.look([run]);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(health.summary(folder)).toBeNull();
});
