import fc from "fast-check";
import { expect, test } from "vitest";
import { filterWords, rewardInFilter } from "./complete";
import { parseFilter } from "./parse";
import { builtInFilters, samplingFilters } from "./saved";
import { needlesIn, searchFilter } from "./search";
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

test.each([
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
  expect(needlesIn(filter, ["Wait, waaait and wait", "no"])).toEqual(["waaait", "Wait", "wait", "Sum"]);
  expect(searchFilter("/a/b")).toEqual({ kind: "contains", field: "text", negated: false, text: "/a/b" });
  expect(searchFilter("/a+/i")).toEqual({ kind: "matches", field: "text", negated: false, source: "a+", flags: "i" });
});
