import { expect, test } from "vitest";
import type { RunEntry } from "./editor";
import { runFolderName, runTitle, runTitles } from "./run-title";

const year = new Date().getFullYear();
const run = (id: string, created: string | null, name: string | null = null): RunEntry =>
  ({
    folder: `/w/.reasoning-lab/runs/${id}`,
    record: created === null ? null : { id, name: "chain-sum", created },
    ...(name === null ? {} : { label: { name, tags: [], note: null, problem: null } }),
  }) as unknown as RunEntry;

test("a run is called by the name that somebody gave it, else by its recipe's, and when it began", () => {
  expect(runTitle(run("a", `${year}-03-04T10:42:05`))).toMatch(/^chain-sum, .*10:42/);
  expect(runTitle(run("a", `${year}-03-04T10:42:05`, "With doubts"))).toMatch(/^With doubts, .*10:42/);
  expect(runTitle(run("a", `${year}-03-04T10:42:05`))).not.toContain(String(year));
  expect(runTitle(run("a", `${year - 1}-03-04T10:42:05`))).toContain(String(year - 1));
});

test("a folder that cannot be read keeps its name, on any system, and what is not a date is not said", () => {
  expect(runTitle(run("2026-chain", null))).toBe("2026-chain");
  expect(runFolderName({ folder: "C:\\w\\runs\\2026-chain" })).toBe("2026-chain");
  expect(runTitle(run("2026-chain", null, "Mine"))).toBe("Mine");
  expect(runTitle(run("a", "sometime"))).toBe("chain-sum");
});

test("runs of a list that are called the same are told apart: by seconds, and where that is not enough by their folder", () => {
  const runs = [
    run("a", `${year}-03-04T10:42:05`),
    run("b", `${year}-03-04T10:42:09`),
    run("c", `${year}-03-04T10:42:09`, "Other"),
    run("d", `${year}-03-04T10:43:09`),
    run("e", `${year}-03-04T10:43:09`),
  ];
  const titles = [...runTitles(runs).values()];
  expect(titles[0]).toMatch(/10:42:05/);
  expect(titles[1]).toMatch(/10:42:09/);
  expect(titles[2]).not.toMatch(/:09/);
  expect(titles[3]).toMatch(/10:43:09.* · d$/);
  expect(titles[4]).toMatch(/10:43:09.* · e$/);
});
