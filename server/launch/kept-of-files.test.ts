import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { keptOfFiles } from "./kept-of-files";
import { temporaryFolder } from "../processes/installation.testing";

let folder = "";
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
beforeEach(() => {
  folder = temporaryFolder("kept");
});

/** A counter that is asked for through the cache. `at`: what time it is, in milliseconds from now. */
function counter() {
  const kept = keptOfFiles<number>();
  let made = 0;
  const clock = vi.spyOn(Date, "now");
  onTestFinished(() => clock.mockRestore());
  const now = Date.now();
  return (key: string, paths: readonly string[], at = 10_000): number => {
    clock.mockReturnValue(now + at);
    return kept(key, paths, () => ++made);
  };
}

test("a value is made once, and anew when a file was changed, has appeared or is gone", () => {
  const ask = counter();
  const path = file("a.jsonl", "1");
  expect([ask("a", [path]), ask("a", [path])]).toEqual([1, 1]);
  file("a.jsonl", "22");
  expect([ask("a", [path], 20_000), ask("a", [path], 20_000)]).toEqual([2, 2]);
  const starred = join(folder, "*.jsonl");
  expect([ask("star", [starred]), ask("star", [starred])]).toEqual([3, 3]);
  file("b.jsonl", "");
  expect(ask("star", [starred], 20_000)).toBe(4);
  rmSync(path);
  expect([ask("star", [starred], 20_000), ask("a", [path], 20_000)]).toEqual([5, 6]);
});

test("keys are apart, and what was written just now is not kept: it may be written again in the same moment", () => {
  const ask = counter();
  const path = file("a.jsonl", "1");
  expect([ask("a", [path]), ask("b", [path]), ask("a", [path])]).toEqual([1, 2, 1]);
  expect([ask("c", [path], 0), ask("c", [path], 0)]).toEqual([3, 4]);
});

test("what cannot be made is tried again", () => {
  const kept = keptOfFiles<number>();
  const path = file("a.jsonl", "1");
  const fail = (): number => {
    throw new Error("no");
  };
  expect(() => kept("a", [path], fail)).toThrow("no");
  expect(kept("a", [path], () => 1)).toBe(1);
});
