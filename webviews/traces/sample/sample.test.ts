import fc from "fast-check";
import { expect, test } from "vitest";
import type { PackedTokens } from "../../../server/protocol/token-numbers";
import { findTokens, joinedTokens } from "./find-tokens";
import { heatOf, measureOf } from "./measures";
import { alternativesAt, formatExact } from "./numbers";
import { stepsOf } from "../../../server/shared/steps";
import { columnsOf, tokenAt } from "./strip-chart";
import { layRows, moved, rowOf, shownText, widthOf } from "../../shared/strip-rows";
import { unpackTokens, type Tokens } from "./tokens";

const base64 = ({ buffer, byteOffset, byteLength }: ArrayBufferView): string =>
  btoa(Array.from(new Uint8Array(buffer, byteOffset, byteLength), (byte) => String.fromCharCode(byte)).join(""));

const packed = (change: Partial<PackedTokens> = {}): PackedTokens => ({
  count: 3,
  ids: base64(Int32Array.of(7, 8, 7)),
  texts: [{ id: 7, text: "a" }],
  columns: {
    logprob: base64(Float32Array.of(-2, 0, -50)),
    oldLogprob: base64(Float32Array.of(-1, -1, -1)),
    referenceLogprob: null,
    entropy: base64(Float32Array.of(0.5, NaN, 1)),
    ratio: base64(Float32Array.of(1, 0.5, 2)),
    kl: null,
  },
  clipped: base64(Uint8Array.of(0, 1, 0)),
  pending: false,
  top: null,
  topProblem: null,
  klEstimator: null,
  damaged: [],
  ...change,
});
const ofTraining = { purpose: "train", advantage: 1, rewards: {}, completion: "" } as const;

const textTokens = (texts: readonly string[]): Tokens => {
  const known = [...new Set(texts)];
  return unpackTokens(
    packed({
      count: texts.length,
      ids: base64(Int32Array.from(texts, (text) => known.indexOf(text))),
      texts: known.map((text, id) => ({ id, text })),
      columns: { logprob: null, oldLogprob: null, referenceLogprob: null, entropy: null, ratio: null, kl: null },
      clipped: null,
    }),
  );
};

test("packed numbers come back as they were, and one of another length is an error that names it", () => {
  const tokens = unpackTokens(packed());
  expect([tokens.ids, tokens.columns.ratio, tokens.clipped]).toEqual([
    Int32Array.of(7, 8, 7),
    Float32Array.of(1, 0.5, 2),
    Uint8Array.of(0, 1, 0),
  ]);
  const short = packed();
  expect(() => unpackTokens({ ...short, columns: { ...short.columns, ratio: base64(Float32Array.of(1, 2)) } })).toThrow(
    "The tokens' ratio has 8 bytes, not 12.",
  );
  expect(() => unpackTokens({ ...short, ids: "ä" })).toThrow("not base64");
});

test("tokens are tinted by what is stored; of what is not, it is said why", () => {
  const tokens = unpackTokens(packed());
  const heats = (name: "surprise" | "entropy" | "ratio" | "clipped"): unknown => {
    const found = measureOf(name, tokens, ofTraining, null);
    return "measure" in found ? [0, 1, 2].map((index) => heatOf(found.measure, index)) : found.missing;
  };
  expect(heats("surprise")).toEqual([
    { strength: 0.5, side: "high" },
    { strength: 0, side: "high" },
    { strength: 1, side: "high" },
  ]);
  expect(heats("entropy")).toEqual([{ strength: 0.5, side: "high" }, null, { strength: 1, side: "high" }]);
  expect(heats("ratio")).toEqual([
    { strength: 0, side: "high" },
    { strength: 1, side: "low" },
    { strength: 1, side: "high" },
  ]);
  expect(heats("clipped")).toMatchObject([{ strength: 0 }, { strength: 1 }, { strength: 0 }]);
  const kl = measureOf("kl", tokens, ofTraining, null);
  expect("missing" in kl && kl.missing).toMatch("no reference policy");
  const before = unpackTokens({ ...packed(), columns: { ...packed().columns, logprob: null } });
  const surprise = measureOf("surprise", before, ofTraining, null);
  if (!("measure" in surprise)) throw new Error(surprise.missing);
  expect(surprise.measure.values).toEqual(Float32Array.of(1, 1, 1));
  expect(surprise.measure.note).toMatch("while sampling");
});

test("numbers are shown with all digits of single precision", () => {
  expect([-0.1234567, 1, 1e-9, 0, 123456.7, NaN, null].map(formatExact)).toEqual([
    "−0.1234567",
    "1",
    "1.00000e-9",
    "0",
    "123456.7",
    "–",
    "–",
  ]);
});

test("rows hold each token once, end at line ends, and are as wide as they may be", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constantFrom("a", "\n", "abc", "日本", "\u202e", ""), fc.string()), { maxLength: 60 }),
      fc.integer({ min: 1, max: 30 }),
      (texts, width) => {
        const tokens = textTokens(texts);
        const { starts, rows } = layRows(tokens, width, 0.3);
        expect(starts[rows]).toBe(texts.length);
        for (let row = 0; row < rows; row++) {
          const own = texts.slice(starts[row], starts[row + 1]);
          expect(own.length).toBeGreaterThan(0);
          expect(own.slice(0, -1).some((text) => text.includes("\n"))).toBe(false);
          const wide = own.reduce((sum, text) => sum + widthOf(text) + 0.3, 0);
          expect(wide <= width || own.length === 1).toBe(true);
          const next = texts[starts[row + 1]!];
          if (next !== undefined && !own.at(-1)!.includes("\n"))
            expect(wide + widthOf(next) + 0.3).toBeGreaterThan(width);
          for (let token = starts[row]!; token < starts[row + 1]!; token++)
            expect(rowOf({ starts, rows }, token)).toBe(row);
        }
      },
    ),
  );
});

test("keys lead from token to token, row to row and to the ends", () => {
  const laid = layRows(textTokens(["a", "b", "\n", "c", "d", "\n", "e"]), 80, 0);
  const to = (from: number, key: string): number | null => moved(laid, from, key, 1);
  expect([to(0, "ArrowRight"), to(6, "ArrowRight"), to(0, "ArrowLeft")]).toEqual([1, 6, 0]);
  expect([to(1, "ArrowDown"), to(4, "ArrowDown"), to(4, "ArrowUp"), to(0, "ArrowUp")]).toEqual([4, 6, 1, 0]);
  expect([to(4, "Home"), to(4, "End"), to(4, "Control+Home"), to(0, "Control+End"), to(0, "x")]).toEqual([
    3,
    5,
    0,
    6,
    null,
  ]);
  expect(moved(layRows(textTokens([]), 80, 0), 0, "ArrowDown", 1)).toBeNull();
});

test("a text is found across tokens, whatever its case", () => {
  const joined = joinedTokens(textTokens(["He", "llo", " w", "orld hello"]));
  expect(findTokens(joined, "hello")).toEqual([
    { first: 0, end: 2 },
    { first: 3, end: 4 },
  ]);
  expect([findTokens(joined, ""), findTokens(joined, "absent")]).toEqual([[], []]);
});

test("a token of a megabyte, of control characters or of a half character is a short text", () => {
  expect(shownText("x".repeat(1 << 20)).length).toBe(201);
  expect(shownText("a\tb\n")).toBe("a⇥b↵");
  expect(shownText(`${"x".repeat(199)}😀`).isWellFormed()).toBe(true);
  expect(widthOf("\u0000")).toBe("U+0000".length + 3);
});

test("a pixel of the chart has the lowest and the highest of its tokens, and a click means the most remarkable", () => {
  const values = Float32Array.of(0, 5, -1, NaN, NaN, 2);
  expect(columnsOf(values, 2)).toEqual([
    { low: -1, high: 5 },
    { low: 2, high: 2 },
  ]);
  expect(columnsOf(values, 6)[3]).toBeNull();
  expect([tokenAt({ values, plain: 0 }, 0.1, 2), tokenAt({ values, plain: 0 }, 1, 6)]).toEqual([1, 5]);
  expect(tokenAt({ values: new Float32Array(), plain: 0 }, 0.5, 10)).toBeNull();
});

test("steps are cut at the widest ends that a text has, and joined they are the text", () => {
  expect(stepsOf("one\nmore\n\ntwo")).toEqual({ rule: "paragraphs", steps: ["one\nmore\n\n", "two"] });
  expect(stepsOf("\na=1\nb=2\n")).toEqual({ rule: "lines", steps: ["\na=1\n", "b=2\n"] });
  expect(stepsOf("4;11;13")).toEqual({ rule: "semicolons", steps: ["4;", "11;", "13"] });
  expect(stepsOf("First. Then 1.5 more.")).toEqual({ rule: "sentences", steps: ["First. ", "Then 1.5 more."] });
  expect([stepsOf("whole"), stepsOf("")]).toEqual([
    { rule: "whole", steps: ["whole"] },
    { rule: "whole", steps: [] },
  ]);
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", "\n", " ", ";", ".", "\r") }), (text) => {
      expect(stepsOf(text).steps.join("")).toBe(text);
    }),
  );
});

test("alternatives of a place stand in their order, the token that stands there marked, behind them where it is none of them", () => {
  const tokens = unpackTokens(
    packed({
      top: {
        count: 2,
        ids: base64(Int32Array.of(9, 7, 7, 9, 7, 8)),
        logprobs: base64(Float32Array.of(-0.1, -1, -0.2, -2, -0.3, NaN)),
      },
    }),
  );
  const at = (index: number) =>
    alternativesAt(tokens, index)!.map(({ text, stands }) => `${text}${stands ? " stands" : ""}`);
  expect(at(0)).toEqual(["⟨9⟩", "a stands"]);
  expect(at(1)).toEqual(["a", "⟨9⟩", "⟨8⟩ stands"]);
  expect(alternativesAt(tokens, 1)!.at(-1)!.logprob).toBe(-1);
  expect(alternativesAt(unpackTokens(packed()), 0)).toBeNull();
  const short = { count: 2, ids: base64(Int32Array.of(9)), logprobs: base64(Float32Array.of(1)) };
  expect(() => unpackTokens(packed({ top: short }))).toThrow("top_logprobs");
});
