/** What is shown of the rules is what they are: in the documentation and in the settings editor. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as z from "zod";
import { readManifest } from "../shared/manifest.testing";
import { ruleTable, thresholdDocumentation } from "./documents";
import { thresholdTable } from "./thresholds";

const read = (...path: string[]): string => readFileSync(join(__dirname, "..", "..", ...path), "utf8");

test("docs/health.md holds the tables of rules and thresholds", () => {
  const tight = (text: string): string => text.replaceAll(/ +\|/g, " |").replaceAll(/-{3,}/g, "---");
  const page = tight(read("docs", "health.md"));
  for (const table of [ruleTable(), thresholdDocumentation()])
    for (const line of table.split("\n")) expect(page).toContain(tight(line));
});

test("every threshold is a setting with the same default and range, and the other way round", () => {
  const setting = z.object({
    type: z.enum(["number", "integer"]),
    default: z.number(),
    minimum: z.number(),
    maximum: z.number(),
    markdownDescription: z.string(),
  });
  const { properties } = z
    .object({ contributes: z.object({ configuration: z.object({ properties: z.record(z.string(), z.unknown()) }) }) })
    .parse(readManifest(join(__dirname, "..", ".."))).contributes.configuration;
  const prefix = "reasoningLab.health.";
  const found = Object.entries(properties).filter(([name]) => name.startsWith(prefix));
  expect(found.map(([name]) => name.slice(prefix.length))).toEqual(Object.keys(thresholdTable));
  for (const [name, given] of found) {
    const row = thresholdTable[name.slice(prefix.length) as keyof typeof thresholdTable];
    expect(setting.parse(given), name).toEqual({
      type: name === `${prefix}window` ? "integer" : "number",
      default: row.usual,
      minimum: row.least,
      maximum: row.most,
      markdownDescription: `Health notes: ${row.about}`,
    });
  }
});
