import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newTokenizerFiles } from "../models/tokenizer";
import { exampleRollout, exampleRun } from "../runs/example-run";
import { checkpointsFolder } from "../runs/paths";
import { openTraceWriter } from "../runs/trace-writer";
import { promptTokens } from "./prompt-tokens";

const at = (folder: string) => ({ folder, stage: "reasoning-rl", step: 1, purpose: "train" as const, group: 0 });

function recorded(promptAsSeen: string | null, symbols: string | null): string {
  const folder = exampleRun();
  const writer = openTraceWriter(folder);
  writer.recordRollouts([exampleRollout({ promptAsSeen })]);
  writer.close();
  if (symbols === null) return folder;
  const checkpoint = join(checkpointsFolder(folder), "reasoning-rl-1");
  mkdirSync(checkpoint, { recursive: true });
  for (const [name, text] of Object.entries(newTokenizerFiles(Array.from(symbols))))
    if (typeof text === "string") writeFileSync(join(checkpoint, name), text);
  return folder;
}

test("ids are those of the run's own tokenizer, special tokens told from the others", () => {
  const { tokens, ...rest } = promptTokens(at(recorded("<pad>a6=<think>", "a6=")));
  expect(rest).toEqual({ count: 5, checkpoint: "reasoning-rl-1", problem: null });
  expect(tokens.map(({ text, special }) => [text, special])).toEqual([
    ["<pad>", true],
    ["a", false],
    ["6", false],
    ["=", false],
    ["<think>", false],
  ]);
});

test("a tokenizer that spells the prompt otherwise, none, and a prompt that is not stored are said", () => {
  expect(promptTokens(at(recorded("a7=", "a6="))).problem).toMatch("do not spell");
  expect(() => promptTokens(at(recorded("a6=", null)))).toThrow("No checkpoint of this run is left");
  expect(() => promptTokens(at(recorded(null, "a6=")))).toThrow("older version");
});
