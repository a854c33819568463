import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readPairRows } from "./pair-rows";

const file = join(mkdtempSync(join(tmpdir(), "reasoning-lab-pair-rows-")), "pairs.jsonl");
const say = (role: string, content: string, more: object = {}) => ({ role, content, ...more });
const [system, user, chosen, rejected] = [
  say("system", "s"),
  say("user", "q"),
  say("assistant", "a"),
  say("assistant", "b"),
];

function read(row: object, chat = true) {
  writeFileSync(file, JSON.stringify(row));
  return readPairRows(file, chat).pairs[0]!;
}
const pair = { prompt: "q", chosen: "a", rejected: "b", tags: [], margin: null, place: { file, line: 1 } };
const conversation = [system, user];

test("texts, messages, and conversations that share their beginning are the same pairs", () => {
  expect(read({ prompt: "q", chosen: "a", rejected: "b" })).toEqual(pair);
  expect(read({ prompt: [user], chosen: [chosen], rejected: [rejected] })).toEqual(pair);
  expect(read({ prompt: "q", chosen: [chosen], rejected: [rejected] })).toEqual(pair);
  expect(read({ chosen: [user, chosen], rejected: [user, rejected] })).toEqual(pair);
  // UltraFeedback has the prompt in both.
  expect(read({ prompt: "q", chosen: [user, chosen], rejected: [user, rejected] })).toEqual(pair);
  expect(read({ prompt: conversation, chosen: "a", rejected: "b", margin: 2 })).toEqual({
    ...pair,
    conversation,
    margin: 2,
  });
  expect(read({ chosen: [system, user, chosen], rejected: [system, user, rejected] })).toEqual({
    ...pair,
    conversation,
  });
  const thinking = say("assistant", "a", { reasoning_content: "t" });
  expect(read({ prompt: "q", chosen: [thinking], rejected: [rejected] }).chosen).toBe("<think>t</think>a");
});

test("several turns are a pair's prompt, with a chat template", () => {
  const before = [user, chosen, say("user", "more")];
  const row = { chosen: [...before, chosen], rejected: [...before, rejected] };
  expect(read(row)).toEqual({ ...pair, prompt: "q\n\na\n\nmore", conversation: before });
  expect(() => read(row, false)).toThrow(`${file}:1: several turns need a chat template`);
});

test.each([
  [
    { chosen: "a", rejected: "b" },
    '"prompt" is missing, and chosen and rejected do not begin alike. Add a column "prompt"',
  ],
  [
    { chosen: "q a", rejected: "q" },
    '"prompt" is missing, and one of chosen and rejected is the beginning of the other',
  ],
  [{ chosen: "q: a", rejected: "q: b" }, '"prompt" is missing, and no chat template can be put around'],
  [
    { prompt: "q", chosen: "a" },
    '"rejected" is missing; a pair has prompt, chosen and rejected. This row has: prompt, chosen',
  ],
  [{ prompt: "q", chosen: 4, rejected: "b" }, '"chosen": must be text, or a list of messages'],
  [{ prompt: "q", chosen: "a", rejected: [rejected] }, "chosen and rejected must both be text, or both be messages"],
  [{ prompt: "q", chosen: [], rejected: [rejected] }, '"chosen" is empty'],
  [{ chosen: [user, chosen], rejected: [say("user", "other"), rejected] }, "do not begin with the same messages"],
  [
    { chosen: [user, chosen], rejected: [user, rejected, user, chosen] },
    "rejected must be one message of the assistant",
  ],
  [
    { prompt: "z", chosen: [user, chosen], rejected: [user, rejected] },
    "prompt is not what chosen and rejected begin with",
  ],
  [{ prompt: "", chosen: "a", rejected: "b" }, '"prompt" is empty'],
  [{ prompt: "q", chosen: "a", rejected: "" }, '"rejected" is empty'],
])("%j is refused at its line", (row, message) => {
  expect(() => read(row)).toThrow(`${file}:1: `);
  expect(() => read(row)).toThrow(message);
});

test("texts without a prompt have what they begin with as their prompt, as TRL takes it", () => {
  const of = (chosen: string, rejected: string) => {
    const { prompt, ...said } = read({ chosen, rejected }, false);
    return [prompt, said.chosen, said.rejected];
  };
  expect(of("Human: q\n\nAssistant: yes", "Human: q\n\nAssistant: no")).toEqual([
    "Human: q\n\nAssistant:",
    " yes",
    " no",
  ]);
  expect(of("q=12", "q=13")).toEqual(["q=1", "2", "3"]);
  expect(of("q😀", "q😁")).toEqual(["q", "😀", "😁"]);
});
