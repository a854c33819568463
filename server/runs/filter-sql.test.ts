import fc from "fast-check";
import { expect, test } from "vitest";
import { comparedFields, valuesOfField, type RolloutFilter, type TextField } from "../protocol/rollout-filter/fields";
import type { RolloutRecord, TraceFilter } from "../protocol/traces";
import { exampleRollout, exampleRun } from "./example-run";
import { writeNote } from "./rollout-notes";
import { traceMemory } from "./trace-memory";
import { openTraces } from "./trace-reader";
import { openTraceWriter } from "./trace-writer";

const all: TraceFilter = { stage: null, step: null, purpose: null, group: null, text: "", where: "" };

/** A line that a filter is read from. */
function lineOf(filter: RolloutFilter): string {
  switch (filter.kind) {
    case "and":
    case "or":
      return `(${filter.parts.map(lineOf).join(` ${filter.kind} `)})`;
    case "not":
      return `not ${lineOf(filter.of)}`;
    case "flag":
      return filter.flag;
    case "number":
      return `${filter.operand.kind === "field" ? filter.operand.field : `rewards.${JSON.stringify(filter.operand.reward)}`} ${filter.comparison} ${filter.value ?? "none"}`;
    case "same":
      return `${filter.field} ${filter.negated ? "!=" : "="} ${filter.value === null ? "none" : JSON.stringify(filter.value)}`;
    case "alike":
      return `${filter.field} ${filter.negated ? "!=" : "="} ${filter.other}`;
    case "contains":
      return `${filter.field} ${filter.negated ? "!~" : "~"} ${JSON.stringify(filter.text)}`;
    case "matches":
      return `${filter.field} ${filter.negated ? "!~" : "~"} /${filter.source}/${filter.flags}`;
  }
}

/** A rollout, and what somebody wrote on it. */
type Row = RolloutRecord & { readonly own: { readonly tags: readonly string[]; readonly note: string } | null };

const textsOf = (row: Row, field: TextField): readonly (string | null)[] => {
  const of: Readonly<Record<TextField, readonly (string | null)[]>> = {
    text: [row.prompt, row.completion],
    prompt: [row.prompt],
    completion: [row.completion],
    answer: [row.extracted],
    gold: [row.answer],
    stage: [row.stage],
    purpose: [row.purpose],
    finish: [row.finishReason],
    message: [
      Object.values(row.rewards)
        .flatMap((outcome) => (outcome.kind === "error" ? [outcome.message] : []))
        .join("\n") || null,
    ],
    tag: [...row.tags, ...(row.own?.tags ?? [])],
    note: row.own?.note ? [row.own.note] : [],
  };
  return of[field];
};

/** What a line means, without SQL. */
function holds(filter: RolloutFilter, row: Row): boolean {
  switch (filter.kind) {
    case "and":
      return filter.parts.every((part) => holds(part, row));
    case "or":
      return filter.parts.some((part) => holds(part, row));
    case "not":
      return !holds(filter.of, row);
    case "flag":
      return {
        right: row.correct === 1,
        wrong: row.correct === 0,
        unjudged: row.correct === null,
        truncated: row.finishReason === "length",
      }[filter.flag as "right"];
    case "number": {
      const { operand, comparison, value } = filter;
      const outcome =
        operand.kind === "score" && Object.hasOwn(row.rewards, operand.reward)
          ? row.rewards[operand.reward]
          : undefined;
      const fields = {
        reward: row.reward,
        advantage: row.advantage,
        correct: row.correct,
        tokens: row.length,
        errors: Object.values(row.rewards).filter(({ kind }) => kind === "error").length,
        step: row.step,
        group: row.group,
        sample: row.sample,
      };
      const given = operand.kind === "field" ? fields[operand.field] : outcome?.kind === "score" ? outcome.score : null;
      if (value === null) return comparison === "=" ? given === null : given !== null;
      if (given === null) return false;
      return {
        "<": given < value,
        "<=": given <= value,
        ">": given > value,
        ">=": given >= value,
        "=": given === value,
        "!=": given !== value,
      }[comparison];
    }
    case "same": {
      const texts = textsOf(row, filter.field);
      if (filter.value === null) return texts.every((text) => (text ?? "") === "") !== filter.negated;
      return filter.negated
        ? texts.every((text) => text !== null && text !== filter.value)
        : texts.some((text) => text === filter.value);
    }
    case "alike": {
      const [[left], [right]] = [textsOf(row, filter.field), textsOf(row, filter.other)];
      if (typeof left !== "string" || typeof right !== "string") return false;
      return (left === right) !== filter.negated;
    }
    case "contains":
      return (
        textsOf(row, filter.field).some((text) => text?.toLowerCase().includes(filter.text.toLowerCase()) === true) !==
        filter.negated
      );
    case "matches":
      return (
        textsOf(row, filter.field).some(
          (text) => text !== null && new RegExp(filter.source, filter.flags).test(text),
        ) !== filter.negated
      );
  }
}

const rewardNames = ["form", 'quoted "name"', "back\\slash", "$.odd"];
const words = fc.constantFrom(
  "wait",
  "Wait",
  "abc",
  'say "hi"',
  "%",
  "_",
  "a",
  "ab",
  "'; DROP TABLE rollouts; --",
  "ÄÖ",
  "*",
  "NEAR",
);
const text = fc.array(words, { maxLength: 4 }).map((parts) => parts.join(" "));
const number = fc.constantFrom(-1, 0, 0.5, 1, 2, 3);
const outcome = fc.oneof(
  number.map((score) => ({ kind: "score", score, extras: {} }) as const),
  fc.constant({ kind: "not-applicable" } as const),
  words.map((message) => ({ kind: "error", message, file: null, line: null, column: null }) as const),
);
const rows = fc
  .array(
    fc.record({
      prompt: text,
      completion: text,
      // The index of full text ends a text at a null character; nothing else does.
      answer: fc.oneof(text, fc.constant("x\0y wait")),
      extracted: fc.option(text),
      finishReason: fc.constantFrom("stop", "length", "unknown"),
      correct: fc.constantFrom(0, 1),
      reward: fc.option(number),
      advantage: fc.option(number),
      rewards: fc.dictionary(fc.constantFrom(...rewardNames), outcome),
      tags: fc.array(words, { maxLength: 2 }),
      length: fc.nat(3),
      step: fc.integer({ min: 1, max: 3 }),
      own: fc.option(fc.record({ tags: fc.array(words, { maxLength: 2 }), note: text })),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((records) =>
    records.map(({ own, ...record }, group): Row => ({
      ...exampleRollout({ ...record, group, sample: 0, promptAsSeen: null }),
      own,
    })),
  );

const comparison = fc.constantFrom("<", "<=", "=", "!=", ">", ">=");
const numberField = fc.constantFrom("reward", "advantage", "correct", "tokens", "errors", "step", "group", "sample");
const textField = fc.constantFrom(
  "text",
  "prompt",
  "completion",
  "answer",
  "gold",
  "stage",
  "purpose",
  "finish",
  "message",
  "tag",
  "note",
);
const leaf: fc.Arbitrary<RolloutFilter> = fc.oneof(
  fc.record({ kind: fc.constant("flag" as const), flag: fc.constantFrom("right", "wrong", "unjudged", "truncated") }),
  fc.record({
    kind: fc.constant("number" as const),
    operand: fc.oneof(
      fc.record({ kind: fc.constant("field" as const), field: numberField }),
      fc.record({ kind: fc.constant("score" as const), reward: fc.constantFrom(...rewardNames) }),
    ),
    comparison,
    value: number,
  }),
  fc.record({
    kind: fc.constant("number" as const),
    operand: fc.record({ kind: fc.constant("field" as const), field: numberField }),
    comparison: fc.constantFrom("=", "!="),
    value: fc.constant(null),
  }),
  fc
    .record({ kind: fc.constant("same" as const), field: textField, negated: fc.boolean(), value: fc.option(text) })
    .map(({ value, ...filter }) => ({
      ...filter,
      value: value === null ? null : (valuesOfField[filter.field]?.[value.length % 3] ?? value),
    })),
  fc.record({
    kind: fc.constant("alike" as const),
    field: fc.constantFrom(...comparedFields),
    negated: fc.boolean(),
    other: fc.constantFrom(...comparedFields),
  }),
  fc.record({ kind: fc.constant("contains" as const), field: textField, negated: fc.boolean(), text: words }),
  fc.record({
    kind: fc.constant("matches" as const),
    field: textField,
    negated: fc.boolean(),
    source: fc.constantFrom("wa.t", "^a", "b\\b", "[ab]{2}", "x"),
    flags: fc.constantFrom("", "i"),
  }),
);
const filters = fc.letrec<{ filter: RolloutFilter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.record({
      kind: fc.constantFrom("and" as const, "or" as const),
      parts: fc.array(tie("filter"), { minLength: 2, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant("not" as const), of: tie("filter") }),
  ),
})).filter;

test("SQL finds the rollouts for which a line holds, and no others", () => {
  fc.assert(
    fc.property(rows, fc.array(filters, { minLength: 5, maxLength: 10 }), (records, asked) => {
      const folder = exampleRun();
      const writer = openTraceWriter(folder);
      writer.recordRollouts(records.map(({ own: _, ...record }) => record));
      writer.close();
      for (const { own, stage, step, purpose, group, sample } of records)
        if (own !== null)
          writeNote(folder, {
            stage,
            step,
            purpose,
            group,
            sample,
            ...own,
            tags: [...own.tags],
            at: "2026-11-30T12:00:00.000Z",
          });
      const reader = openTraces(folder);
      try {
        for (const filter of asked) {
          const where = lineOf(filter);
          const found = reader.groups({ ...all, where }, 0, 100).groups.map(({ step, group }) => `${step} ${group}`);
          const expected = records.filter((row) => holds(filter, row)).map(({ step, group }) => `${step} ${group}`);
          expect(new Set(found), where).toEqual(new Set(expected));
        }
      } finally {
        reader.close();
      }
    }),
    { numRuns: 30 },
  );
}, 30_000);

test("a tag that is written after a list was made is found", () => {
  const folder = exampleRun();
  const writer = openTraceWriter(folder);
  const record = exampleRollout({ group: 0, sample: 0 });
  writer.recordRollouts([record, exampleRollout({ group: 1, sample: 0 })]);
  writer.close();
  const memory = traceMemory(folder);
  const found = (where: string): number[] => {
    const reader = openTraces(folder, memory);
    try {
      return reader.groups({ ...all, where }, 0, 100).groups.map(({ group }) => group);
    } finally {
      reader.close();
    }
  };
  expect(found("tag = odd")).toEqual([]);
  const { stage, step, purpose, group, sample } = record;
  const at = "2026-11-30T12:00:00.000Z";
  writeNote(folder, { stage, step, purpose, group, sample, tags: ["odd"], note: "Look again.", at });
  expect(found("tag = odd")).toEqual([0]);
  expect(found("note ~ again")).toEqual([0]);
  expect(found("tag = none")).toEqual([1]);
});
