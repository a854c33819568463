/** Versions of rewards that a run keeps: found again as they were, and nothing believed that is not. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { versionChanges } from "../protocol/reward-versions";
import { contentHash, type RewardSources } from "../rewards/reward-sources";
import {
  copyVersions,
  keepVersion,
  keptFile,
  keptVersion,
  keptVersions,
  rewardsFolder,
  type ScoredVersion,
} from "./kept-rewards";

const run = (): string => mkdtempSync(join(tmpdir(), "reasoning-lab-kept-"));

const sources = (files: Readonly<Record<string, string>>, packages: RewardSources["packages"] = []): RewardSources => ({
  own: Object.entries(files).map(([path, text]) => {
    const content = Buffer.from(text);
    return { path, content, hash: contentHash(content) };
  }),
  packages,
  library: contentHash("library"),
});
const version = (number: number, of: RewardSources): ScoredVersion => ({
  hash: contentHash(`v${number}`),
  number,
  rewards: { "a.reward.ts#reward": contentHash(JSON.stringify(of.own.map(({ hash }) => hash))) },
  sources: of,
  library: "1.0.0",
});

test("versions are kept once each, contents once in all, and read again as they were", () => {
  const folder = run();
  const helper = { "lib/helper.ts": "export const half = 0.5;\n" };
  const one = version(1, sources({ "a.reward.ts": "export const reward = () => 1;\n", ...helper }));
  const two = version(2, sources({ "a.reward.ts": "export const reward = () => 2;\n", ...helper, "b.json": "{}" }));
  for (const each of [two, one, one]) expect(keepVersion(folder, each)).toBeNull();
  expect(readdirSync(join(rewardsFolder(folder), "files"))).toHaveLength(4);
  const { versions, problem } = keptVersions(folder);
  expect(problem).toBeNull();
  expect(versions.map(({ number }) => number)).toEqual([1, 2]);
  const changes = versionChanges(versions[0]!, versions[1]!);
  expect(
    changes.files.map(({ path, before, after }) => [
      path,
      before && keptFile(folder, before.hash),
      after && keptFile(folder, after.hash),
    ]),
  ).toEqual([
    ["a.reward.ts", "export const reward = () => 1;\n", "export const reward = () => 2;\n"],
    ["b.json", null, "{}"],
  ]);
  expect(changes.packages).toEqual([]);
});

test("packages and our own library are known by version and hash", () => {
  const folder = run();
  const of = (pack: string, library: string): RewardSources => ({
    ...sources({ "a.reward.ts": "x" }, [{ name: "dice", version: pack, hash: contentHash(pack) }]),
    library: contentHash(library),
  });
  keepVersion(folder, version(1, of("1.0.0", "a")));
  keepVersion(folder, { ...version(2, of("1.1.0", "b")), library: "2.0.0" });
  const [one, two] = keptVersions(folder).versions;
  expect(versionChanges(one!, two!)).toEqual({
    files: [],
    packages: ["dice: 1.0.0 → 1.1.0", "Reasoning Lab's functions for rewards: 1.0.0 → 2.0.0"],
  });
});

test("what is too large is known by its hash, and said", () => {
  const folder = run();
  const large = version(1, sources({ "a.reward.ts": "x", "words.txt": "w".repeat(17 << 20) }));
  expect(keepVersion(folder, large)).toMatch(
    /^Of v1 of the rewards, words\.txt \(18 MB\) is known by hash alone: a run keeps 16 MB/,
  );
  expect(keptVersion(folder, large.hash).files.map(({ path, kept }) => [path, kept])).toEqual([
    ["a.reward.ts", true],
    ["words.txt", false],
  ]);
});

test("a run of before versions were kept says so", () => {
  const folder = run();
  expect(keptVersions(folder)).toEqual({ versions: [], problem: null });
  expect(() => keptVersion(folder, contentHash("v1"))).toThrow(/does not keep the source of that version/);
});

test("a folder that somebody else has filled is not believed", () => {
  const folder = run();
  const one = version(1, sources({ "a.reward.ts": "export const reward = () => 1;\n" }));
  keepVersion(folder, one);
  const [file] = keptVersions(folder).versions[0]!.files;
  const path = join(rewardsFolder(folder), "files", file!.hash);
  writeFileSync(path, "something else");
  expect(() => keptFile(folder, file!.hash)).toThrow(/is damaged/);
  rmSync(path);
  expect(() => keptFile(folder, file!.hash)).toThrow(/cannot be read/);
  mkdirSync(path);
  expect(() => keptFile(folder, file!.hash)).toThrow(/is a folder/);
  for (const name of ["../../run.json", "", "A".repeat(64)]) expect(() => keptFile(folder, name)).toThrow(/is no hash/);
  const other = contentHash("other");
  const manifest = (name: string): string => join(rewardsFolder(folder), "versions", `${name}.json`);
  writeFileSync(manifest(other), JSON.stringify({ ...keptVersion(folder, one.hash) }));
  expect(keptVersions(folder)).toMatchObject({
    versions: [{ number: 1 }],
    problem: expect.stringMatching(/it says that it is/) as unknown,
  });
  writeFileSync(manifest(other), "{".repeat(100));
  expect(keptVersions(folder).versions).toHaveLength(1);
  writeFileSync(
    manifest(other),
    JSON.stringify({ ...keptVersion(folder, one.hash), hash: other, files: [{ path: 1 }] }),
  );
  expect(() => keptVersion(folder, other)).toThrow(/is damaged at `files/);
});

test("a run that was deleted does not come back as some of its files", () => {
  const folder = run();
  rmSync(folder, { recursive: true });
  expect(() => keepVersion(folder, version(1, sources({ a: "x" })))).toThrow(/deleted|moved/);
});

test("a fork takes over the versions that scored what it takes over", () => {
  const [from, to] = [run(), run()];
  const [one, two] = [version(1, sources({ "a.reward.ts": "1" })), version(2, sources({ "a.reward.ts": "2" }))];
  keepVersion(from, one);
  keepVersion(from, two);
  copyVersions(from, to, new Set([one.hash]));
  const { versions } = keptVersions(to);
  expect(versions.map(({ number }) => number)).toEqual([1]);
  expect(keptFile(to, versions[0]!.files[0]!.hash)).toBe("1");
});
