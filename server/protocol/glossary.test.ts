import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { expect, test } from "vitest";
import { anchorOf, glossary, glossaryPage, inShort, termsIn } from "./glossary";

const file = join(__dirname, "..", "..", "docs", "glossary.md");
const names = (text: string) => termsIn(text).map(({ term }) => term);

test("docs/glossary.md is made of the terms", async () => {
  const page = await format(glossaryPage(), { ...(await resolveConfig(file)), filepath: file });
  await expect(page).toMatchFileSnapshot(file);
});

test("terms are in order, once each, each with an address of its own", () => {
  const terms = glossary.map(({ term }) => term);
  expect(terms).toEqual([...terms].sort((one, other) => one.localeCompare(other, "en")));
  expect(new Set(glossary.map(anchorOf)).size).toBe(glossary.length);
  expect(anchorOf(glossary.find(({ term }) => term === "pass@k")!)).toBe("passk");
});

test("a tooltip is a whole sentence", () => {
  for (const term of glossary) {
    expect(term.means.startsWith(inShort(term))).toBe(true);
    expect(inShort(term)).toMatch(/\.$/);
  }
  expect(inShort(glossary.find(({ term }) => term === "DPO")!)).toBe(
    "Direct preference optimisation: training a policy on pairs of a chosen and a rejected completion, without a reward model or sampling.",
  );
});

test("a text names terms as whole words, the longer before the shorter, settings by their keys", () => {
  expect(names("KL to the reference policy")).toEqual(["KL", "reference policy"]);
  expect(names("β of a reward model")).toEqual(["reward model"]);
  expect(names("Groups without signal, share")).toEqual(["zero-std group"]);
  expect(names("**epsilon_high**")).toEqual(["clipping"]);
  expect(names("ref_model_sync_steps")).toEqual(["reference policy"]);
  expect(names("eval/pass@1 and pass@16")).toEqual([]);
  expect(names("a grouping, a ratiometer")).toEqual([]);
});
