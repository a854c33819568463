import fc from "fast-check";
import { expect, test } from "vitest";
import { filterWords, rewardInFilter } from "./complete";
import { parseFilter } from "./parse";
import { builtInFilters, samplingFilters } from "./saved";
import { markFinder, mostMarks, searchFilter } from "./search";
import { FilterError } from "./tokens";

const rewards = ["accuracy", "correct", "my reward"];

test("a line is read as it looks", () => {
  expect(parseFilter("reward > 0.8 and correct = 0 or not (tokens <= -2e1 && truncated)", rewards)).toEqual({
    kind: "or",
    parts: [
      {
        kind: "and",
        parts: [
          { kind: "number", operand: { kind: "field", field: "reward" }, comparison: ">", value: 0.8 },
          { kind: "number", operand: { kind: "field", field: "correct" }, comparison: "=", value: 0 },
        ],
      },
      {
        kind: "not",
        of: {
          kind: "and",
          parts: [
            { kind: "number", operand: { kind: "field", field: "tokens" }, comparison: "<=", value: -20 },
            { kind: "flag", flag: "truncated" },
          ],
        },
      },
    ],
  });
  expect(parseFilter("  ", rewards)).toBeNull();
  expect(parseFilter('text ~ "a \\"b\\"" and answer !~ /^\\d+[/]$/i', rewards)).toMatchObject({
    parts: [
      { kind: "contains", field: "text", text: 'a "b"', negated: false },
      { kind: "matches", field: "answer", source: "^\\d+[/]$", flags: "i", negated: true },
    ],
  });
  expect(parseFilter("accuracy < 1 and rewards.correct = none", rewards)).toMatchObject({
    parts: [
      { operand: { kind: "score", reward: "accuracy" } },
      { operand: { kind: "score", reward: "correct" }, value: null },
    ],
  });
  expect(parseFilter("correct and error ~ timeout", rewards)).toEqual({
    kind: "and",
    parts: [
      { kind: "flag", flag: "right" },
      { kind: "contains", field: "message", text: "timeout", negated: false },
    ],
  });
});

test("a hyphen belongs to a name, and a text is compared with another", () => {
  expect(parseFilter("stage = reasoning-rl and reward>-1", rewards)).toMatchObject({
    parts: [{ kind: "same", field: "stage", value: "reasoning-rl" }, { value: -1 }],
  });
  expect(parseFilter("answer != gold", rewards)).toEqual({
    kind: "alike",
    field: "answer",
    negated: true,
    other: "gold",
  });
  expect(parseFilter('answer = "gold" or tag = gold', rewards)).toMatchObject({
    parts: [
      { kind: "same", value: "gold" },
      { kind: "same", field: "tag", value: "gold" },
    ],
  });
});

test.each([
  ["purpose = training", 10, "purpose is one of these: train, evaluation, sampling."],
  ["reward >", 7, "A number is missing here."],
  ["reward 0.8", 7, "A comparison is missing: one of < <= = != >= >."],
  ["rewrd > 1", 0, "There is no field rewrd. Did you mean reward?"],
  ["reward > 1 tokens < 2", 11, "Write and, or or, before what follows."],
  ["(reward > 1", 10, "A closing bracket is missing."],
  ["reward > 1)", 10, "No bracket is open here."],
  ['text ~ "open', 7, 'The text is not closed: write " behind it.'],
  ["text ~ /(/", 7, "The regular expression is not right"],
  ["text ~ /a/y", 10, "The flag y is not known here"],
  ["reward > none", 9, "none goes with = and != only."],
  ["text ~ ''", 7, "An empty text stands everywhere."],
  ["not", 2, "Something is missing here"],
  ["reward > 1 ; drop", 11, '";" means nothing here.'],
  [`${"(".repeat(60)}right`, 51, "more than 50 times"],
])("%s: says what is wrong where it is", (line, from, message) => {
  const thrown = (): unknown => {
    try {
      return parseFilter(line, rewards);
    } catch (error) {
      return error;
    }
  };
  const error = thrown();
  expect(error).toBeInstanceOf(FilterError);
  expect(error).toMatchObject({ from });
  expect((error as FilterError).message).toContain(message);
  expect((error as FilterError).to).toBeGreaterThan(from);
});

const pieces = [
  "reward",
  "correct",
  "tokens",
  "text",
  "~",
  "!~",
  ">",
  "<=",
  "=",
  "and",
  "or",
  "not",
  "(",
  ")",
  "1",
  "-.5",
  '"a"',
  "/a/",
  "none",
  "rewards",
  ".",
  "flat",
  "\u202e",
  "'",
  "/",
];

test("whatever is typed, a line is read or refused with its place; completion never fails", () => {
  const line = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((words) => words.join(" ")),
    fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((words) => words.join("")),
  );
  fc.assert(
    fc.property(line, fc.nat(), (text, at) => {
      const cursor = at % (text.length + 1);
      const { from, words } = filterWords(text, cursor, { rewards, stages: ["rl"] });
      expect(from).toBeLessThanOrEqual(cursor);
      expect(words.every(({ insert }) => insert.length > 0)).toBe(true);
      try {
        parseFilter(text, rewards);
        searchFilter(text);
      } catch (error) {
        if (!(error instanceof FilterError)) throw error;
        expect(error.from).toBeGreaterThanOrEqual(0);
        expect(error.to).toBeLessThanOrEqual(Math.max(1, text.length));
      }
    }),
    { numRuns: 1000 },
  );
});

test("what completion offers at the end of a line can stand there", () => {
  const offered = (line: string): string[] =>
    filterWords(line, line.length, { rewards, stages: ["reasoning-rl"] }).words.map(({ insert }) => insert);
  expect(offered("")).toEqual(
    expect.arrayContaining(["reward", "accuracy", "rewards.correct", 'rewards."my reward"', "flat", "not"]),
  );
  expect(offered("rew")[0]).toBe("reward");
  expect(offered("reward ")).toEqual(["<=", ">=", "!=", "<", ">", "="]);
  expect(offered("correct = ")).toEqual(["1", "0", "none"]);
  expect(offered("stage = ")).toEqual(['"reasoning-rl"']);
  expect(offered("text ")).toEqual(["~", "!~", "=", "!="]);
  expect(offered("reward > 1 ")).toEqual(["and", "or"]);
  expect(offered("reward > 1 and fl")[0]).toBe("flat");
  expect(offered('text ~ "rew')).toEqual([]);
  for (const name of rewards)
    expect(parseFilter(`${rewardInFilter(name)} > 1`, rewards)).toMatchObject({ operand: { reward: name } });
});

test("saved filters are lines that can be read", () => {
  for (const { line } of [...builtInFilters, ...samplingFilters]) expect(parseFilter(line, [])).not.toBeNull();
});

test("what is marked in texts are the hits, not what must not stand there", () => {
  const filter = parseFilter('completion ~ /wa+it/i and text !~ "no" or prompt ~ "Sum"', []);
  const hits = (line: string, field: "prompt" | "completion", text: string): string[] => {
    const { at } = markFinder(parseFilter(line, []))(field, text);
    return Array.from({ length: at.length / 2 }, (_, hit) => text.slice(at[2 * hit], at[2 * hit + 1]));
  };
  expect(markFinder(filter)("completion", "Wait, waaait and wait: no Sum").at).toEqual([0, 4, 6, 12, 17, 21]);
  expect(markFinder(filter)("prompt", "sum wait")).toEqual({ at: [0, 3], more: false });
  // Where a hit stands decides, not its text.
  expect(hits("text ~ /\\bcat\\b/", "completion", "a category, a cat")).toEqual(["cat"]);
  expect(markFinder(parseFilter("text ~ /\\bcat\\b/", []))("completion", "a category, a cat").at).toEqual([14, 17]);
  // As it stands, with letters that become longer in lower case before it.
  expect(hits('text ~ "a.b"', "prompt", "İaxb A.B a.ba.b")).toEqual(["A.B", "a.ba.b"]);
  expect(hits('text ~ "ab" or text ~ "bc"', "prompt", "abc ab")).toEqual(["abc", "ab"]);
  expect(hits("text ~ /x*/", "prompt", "axxb")).toEqual(["xx"]);
  const many = markFinder(searchFilter("a"))("prompt", "ab".repeat(mostMarks + 1));
  expect([many.at.length, many.more]).toEqual([2 * mostMarks, true]);
  // One longer than any word is marked whole.
  expect(markFinder(searchFilter("/.+/s"))("prompt", "word ".repeat(1000)).at).toEqual([0, 5000]);
  expect(searchFilter("/a/b")).toEqual({ kind: "contains", field: "text", negated: false, text: "/a/b" });
  expect(searchFilter("/a+/i")).toEqual({ kind: "matches", field: "text", negated: false, source: "a+", flags: "i" });
});
