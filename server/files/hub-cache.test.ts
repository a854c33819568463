import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hubNameOf, hubText, isHub } from "../shared/hub-name";
import { hubCache, hubSnapshot, isPinOf, pinnedCheckpoint } from "./hub-cache";

const commit = "12fd25f77366fa6b3b4b768ec3050bf629380bac";

test("a model of the Hub is written hf:ORG/NAME, with a revision behind @", () => {
  expect(hubNameOf("hf:HuggingFaceTB/SmolLM2-135M")).toEqual({ repo: "HuggingFaceTB/SmolLM2-135M", revision: "main" });
  expect(hubNameOf(`hf:a/b@${commit}`)).toEqual({ repo: "a/b", revision: commit });
  for (const odd of ["a/b", "hf:a", "hf:a/b/c", "hf:../b", "hf:a/..", "hf:a/b@", "hf:a/b@../x", "hf:a/b@x/y"])
    expect(hubNameOf(odd)?.repo.includes("..") ?? false, odd).toBe(false);
  expect(["hf:x", "models/hf:x"].map(isHub)).toEqual([true, false]);
  expect([hubText({ repo: "a/b", revision: "main" }), hubText({ repo: "a/b", revision: "v1" })]).toEqual([
    "hf:a/b",
    "hf:a/b@v1",
  ]);
});

test("the cache lies where Hugging Face's libraries have it", () => {
  expect(hubCache({})).toBe(join(homedir(), ".cache", "huggingface", "hub"));
  expect(hubCache({ XDG_CACHE_HOME: "/x" })).toBe(join("/x", "huggingface", "hub"));
  expect(hubCache({ XDG_CACHE_HOME: "/x", HF_HOME: "/h" })).toBe(join("/h", "hub"));
  expect(hubCache({ HF_HOME: "/h", HF_HUB_CACHE: "/c" })).toBe("/c");
});

test("a revision is the commit that the cache has for it, and a run goes by the commit", () => {
  const cache = mkdtempSync(join(tmpdir(), "reasoning-lab-hub-"));
  const name = { repo: "a/b", revision: "main" };
  const folder = join(cache, "models--a--b");
  // Not there yet: nothing is pinned, and no folder is found.
  expect(pinnedCheckpoint("hf:a/b", cache)).toBe("hf:a/b");
  expect(hubSnapshot(name, cache)).toBe(join(folder, "snapshots", "main"));
  mkdirSync(join(folder, "refs"), { recursive: true });
  writeFileSync(join(folder, "refs", "main"), `${commit}\n`);
  expect(hubSnapshot(name, cache)).toBe(join(folder, "snapshots", commit));
  expect(pinnedCheckpoint("hf:a/b", cache)).toBe(`hf:a/b@${commit}`);
  expect(pinnedCheckpoint("models/a.gguf", cache)).toBe("models/a.gguf");
  // What stands there is a commit, or nothing.
  writeFileSync(join(folder, "refs", "main"), "../../../etc");
  expect(hubSnapshot(name, cache)).toBe(join(folder, "snapshots", "main"));
  expect(isPinOf(`hf:a/b@${commit}`, "hf:a/b")).toBe(true);
  expect(isPinOf(`hf:a/b@${commit}`, "hf:a/b@v2")).toBe(true);
  expect(isPinOf(`hf:a/b@${commit}`, "hf:a/c")).toBe(false);
  expect(isPinOf(`hf:a/b@${commit}`, `hf:a/b@${"0".repeat(40)}`)).toBe(false);
});
