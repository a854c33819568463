/** What is shown of the definitions is what they are. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as z from "zod";
import { definitions } from "../protocol/behaviours";
import { reflectionWords } from "./find-words";

const read = (...path: string[]): string => readFileSync(join(__dirname, "..", "..", ...path), "utf8");

test("the page and docs/behaviours.md hold the same definitions", () => {
  const tight = (text: string): string => text.replaceAll(/ +\|/g, " |");
  for (const { behaviour, counted, notCounted, faults } of definitions)
    expect(tight(read("docs", "behaviours.md"))).toContain(
      tight(`| ${behaviour} | ${counted} | ${notCounted} | ${faults} |`),
    );
});

test("the setting's default and the definition name the words that are counted", () => {
  const setting = z.object({ default: z.array(z.string()) });
  const properties = z.object({ "reasoningLab.reflectionWords": setting });
  const manifest = z
    .object({ contributes: z.object({ configuration: z.object({ properties }) }) })
    .parse(JSON.parse(read("package.json")));
  expect(manifest.contributes.configuration.properties["reasoningLab.reflectionWords"].default).toEqual(
    reflectionWords,
  );
  expect(definitions[0]!.counted).toContain(`*${reflectionWords.join(", ")}*`);
});
