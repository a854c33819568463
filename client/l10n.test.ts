/** What can be translated is what `npm run l10n` gathers: of the manifest, and of the pages. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as z from "zod";
import { manifestTexts, pageMessages } from "../test/harness/l10n.mjs";

const root = join(__dirname, "..");
const read = (name: string): unknown => JSON.parse(readFileSync(join(root, name), "utf8"));
const texts = z.record(z.string(), z.string());

test("every text of the manifest stands in package.nls.json, and no other", () => {
  const known = texts.parse(read("package.nls.json"));
  const manifest = read("package.json");
  // Otherwise run `npm run l10n`.
  expect(manifestTexts(manifest, known)).toMatchObject({ manifest, texts: known });
  expect(Object.keys(known).length).toBeGreaterThan(100);
});

test("every message of the pages stands in l10n/bundle.l10n.json, and no other", async () => {
  const bundle = texts.parse(read("l10n/bundle.l10n.json"));
  expect(bundle).toEqual(await pageMessages());
  expect(Object.keys(bundle).length).toBeGreaterThan(500);
  expect(bundle).toMatchObject({ "No runs yet": "No runs yet", "{0} rows": "{0} rows" });
});
