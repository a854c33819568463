import { afterEach, expect, test } from "vitest";
import * as z from "zod";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { damagedText } from "../protocol/damaged-lines";
import { healthSummary } from "../protocol/health";
import { stageKinds } from "../protocol/stage-kinds";
import { setTexts } from "../shared/l10n";
import { rules } from "./rules";
import { notesOf, rowsOf } from "./rows.testing";
import { usualThresholds } from "./thresholds";

afterEach(() => setTexts({}));

const rows = rowsOf(2 * usualThresholds.window, () => ({ learning_rate: 0 }));
const german = {
  "Nothing is learned": "Nichts wird gelernt",
  "The learning rate was 0 in {0}: nothing is learned.": "In {0} war die Lernrate 0: nichts wird gelernt.",
  "the last {0} steps": "den letzten {0} Schritten",
  largest: "größte",
  Alarm: "Alarm!",
  "{0} has {1} damaged lines, the first at {0}:{2}: what they held is missing here.":
    "{0} hat {1} beschädigte Zeilen, die erste bei {0}:{2}.",
};

test("a German bundle makes the notes, their summary and sentences on damaged lines German", () => {
  const [english] = notesOf(rows);
  expect(english).toMatchObject({ title: "Nothing is learned" });
  setTexts(german);
  const [note] = notesOf(rows);
  const { window } = usualThresholds;
  expect(note).toMatchObject({
    title: "Nichts wird gelernt",
    text: `In den letzten ${window} Schritten war die Lernrate 0: nichts wird gelernt.`,
    evidence: [{ what: "größte" }],
    remedy: english!.remedy,
  });
  expect(healthSummary([note!]).lines).toEqual([`Alarm!, rl: ${note!.text}`]);
  expect(damagedText("metrics.jsonl", { count: 2, first: 7 })).toBe(
    "metrics.jsonl hat 2 beschädigte Zeilen, die erste bei metrics.jsonl:7.",
  );
});

test("titles and remedies of all rules and titles of all stages can be translated", () => {
  const file = join(__dirname, "..", "..", "l10n", "bundle.l10n.json");
  const bundle = z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(file, "utf8")));
  for (const { title, remedy } of rules) expect(Object.keys(bundle)).toEqual(expect.arrayContaining([title, remedy]));
  for (const { title } of Object.values(stageKinds)) expect(bundle).toHaveProperty([title]);
});
