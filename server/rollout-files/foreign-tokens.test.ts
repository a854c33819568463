/** Tokens in files of other tools: what is shown of them, and what hostile ones come to. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { textIds } from "../protocol/token-numbers";
import { openTraces } from "../runs/trace-reader";
import { rolloutFiles } from "./rollout-files";

const data = join(__dirname, "test-data");
const folder = (): string => mkdtempSync(join(tmpdir(), "reasoning-lab-foreign-tokens-"));

async function firstTokens(file: string) {
  const files = rolloutFiles(folder());
  for (;;) {
    const { file: answer, store } = await files({ file, mapping: null, whole: false, look: false });
    if (answer.state === "reading") continue;
    if (answer.state !== "ready" || store === null) throw new Error(JSON.stringify(answer));
    const traces = openTraces(store);
    const { stage, step, purpose } = traces.steps()[0]!;
    const tokens = traces.tokens({ stage, step, purpose, group: 0, sample: 0 });
    traces.close();
    return { ...tokens, notes: answer.notes, shown: Array.from(tokens.tokens, (id) => tokens.texts.get(id)) };
  }
}

interface Log {
  samples: { output: { choices: { logprobs?: unknown }[] } }[];
}

/** The log of the test data, whose samples have these log-probabilities. */
function logWith(logprobs: unknown): string {
  const log = JSON.parse(readFileSync(join(data, "sums.json"), "utf8")) as Log;
  for (const { output } of log.samples) output.choices[0]!.logprobs = logprobs;
  const file = join(folder(), "sums.json");
  writeFileSync(file, JSON.stringify(log));
  return file;
}

test("Inspect: tokens by their texts, with surprise and alternatives; of fewer alternatives the rest is not there", async () => {
  const found = await firstTokens(
    logWith({
      content: [
        {
          token: "3",
          logprob: -0.5,
          bytes: [51],
          top_logprobs: [
            { token: "3", logprob: -0.5 },
            { token: "4", logprob: -1 },
          ],
        },
        { token: "!", logprob: -2, top_logprobs: [{ token: "3", logprob: -0.25 }] },
        { token: "3", logprob: -9999 },
      ],
    }),
  );
  expect(found.shown).toEqual(["3", "!", "3"]);
  expect([...found.oldLogprobs!]).toEqual([-0.5, -2, -9999]);
  expect(found.tokens.every((id) => id >= textIds)).toBe(true);
  const named = Array.from(found.top!.ids, (id) => found.texts.get(id) ?? id);
  expect([found.top!.count, named]).toEqual([2, ["3", "4", "3", -1, -1, -1]]);
  expect(found.damaged).toEqual([]);
});

test("prime-rl: the ids that were sampled, with their log-probabilities", async () => {
  const found = await firstTokens(join(data, "traces.jsonl"));
  expect([...found.tokens]).toEqual([8, 9]);
  expect(Array.from(found.oldLogprobs!, (value) => value.toFixed(1))).toEqual(["-0.1", "-0.2"]);
  expect(found.top).toBeNull();
});

test.each([
  ["no list", { content: "text" }],
  ["no texts", { content: [{ token: 1, logprob: -1 }] }],
])("log-probabilities with %s are left out, and said", async (_, logprobs) => {
  const found = await firstTokens(logWith(logprobs));
  expect(found.tokens).toHaveLength(0);
  expect(found.notes.join()).toContain("Log-probabilities of tokens left out");
});

test("hostile tokens: numbers that are none, long and broken texts, more alternatives than are stored", async () => {
  const many = Array.from({ length: 50 }, (_, at) => ({ token: `t${at}`, logprob: -at }));
  const found = await firstTokens(
    logWith({
      content: [
        { token: "\ud800", logprob: "x", top_logprobs: many },
        { token: "y".repeat(100_000), logprob: null },
      ],
    }),
  );
  expect(found.shown.map((text) => text?.slice(0, 2))).toEqual(["\ufffd", "yy"]);
  expect(found.shown[1]!.length).toBe(1000);
  expect([...found.oldLogprobs!]).toEqual([NaN, NaN]);
  expect(found.top!.count).toBe(10);
  const none = await firstTokens(logWith(null));
  expect([none.tokens.length, none.notes.join().includes("Log-prob")]).toEqual([0, false]);
});
