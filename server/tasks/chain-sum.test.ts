import fc from "fast-check";
import { expect, test } from "vitest";
import { randomStream } from "../shared/random";
import { splitReasoning } from "../verifiers/format/split-reasoning";
import { chainSum } from "./chain-sum";

const recipeP = { name: "chain-sum", min_terms: 4, max_terms: 7, max_operand: 9, max_total: 19 } as const;
const task = chainSum(recipeP);
const row = { prompt: "a6b+4c+2d-8=", answer: "4" };

const specs = fc
  .record({
    min_terms: fc.integer({ min: 2, max: 12 }),
    more: fc.integer({ min: 0, max: 10 }),
    max_operand: fc.integer({ min: 1, max: 99 }),
    max_total: fc.integer({ min: 1, max: 999 }),
  })
  .map(({ min_terms, more, ...rest }) => ({
    name: "chain-sum" as const,
    min_terms,
    max_terms: Math.min(12, min_terms + more),
    ...rest,
  }));

test("answers as recipe P writes them", () => {
  expect(task.completion(row, "stepwise")).toBe("<think>b6+4=10;c10+2=12;d12-8=4</think><answer>4</answer>");
  expect(task.completion(row, "terse")).toBe("<think>4</think><answer>4</answer>");
});

test("rows keep to the settings, and the answer is the sum", () => {
  fc.assert(
    fc.property(specs, fc.nat(), (spec, seed) => {
      const { prompt, answer } = chainSum(spec).rows.row(randomStream(seed));
      const terms = prompt.slice(0, -1).match(/[a-l][+-]?\d+/g)!;
      expect(`${terms.join("")}=`).toBe(prompt);
      expect(terms.length).toBeGreaterThanOrEqual(spec.min_terms);
      expect(terms.length).toBeLessThanOrEqual(spec.max_terms);
      expect(terms.map((term) => term[0]).join("")).toBe("abcdefghijkl".slice(0, terms.length));
      let total = 0;
      for (const term of terms) {
        const move = Number(term.slice(1));
        expect(Math.abs(move)).toBeGreaterThanOrEqual(1);
        expect(Math.abs(move)).toBeLessThanOrEqual(spec.max_operand);
        total += move;
        expect(total).toBeGreaterThanOrEqual(0);
        expect(total).toBeLessThanOrEqual(spec.max_total);
      }
      expect(answer).toBe(String(total));
    }),
  );
});

test("both styles give the gold answer in well-formed completions, in symbols of the alphabet", () => {
  fc.assert(
    fc.property(specs, fc.nat(), fc.constantFrom("stepwise", "terse"), (spec, seed, style) => {
      const own = chainSum(spec);
      const drawn = own.rows.row(randomStream(seed));
      const completion = own.completion(drawn, style);
      expect(own.extract(completion)).toEqual({ text: drawn.answer, source: "answer tag" });
      const { thinking, answer, wellFormed } = splitReasoning(completion);
      expect(wellFormed).toBe(true);
      const symbols = new Set(own.symbols);
      for (const symbol of `${drawn.prompt}${thinking!}${answer!}`) expect(symbols.has(symbol)).toBe(true);
    }),
  );
});

test("every step of the stepwise thinking is right and goes on from the one before", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const drawn = task.rows.row(randomStream(seed));
      let total = Number(/^a(\d+)/.exec(drawn.prompt)![1]);
      const { thinking } = splitReasoning(task.completion(drawn, "stepwise"));
      for (const step of thinking!.split(";")) {
        const [, label, before, move, after] = /^([a-l])(\d+)([+-]\d+)=(\d+)$/.exec(step)!;
        expect(Number(before)).toBe(total);
        expect(drawn.prompt).toContain(`${label!}${move!}`);
        total += Number(move);
        expect(Number(after)).toBe(total);
      }
      expect(String(total)).toBe(drawn.answer);
    }),
  );
});

test("all numbers of terms come up", () => {
  const random = randomStream("terms");
  const counts = new Set(Array.from({ length: 200 }, () => task.rows.row(random).prompt.match(/[a-l]/g)!.length));
  expect([...counts].sort()).toEqual([4, 5, 6, 7]);
});

test("a completion without a closed answer gives none", () => {
  expect(task.extract("<think>b6+4=10")).toBeNull();
  expect(task.extract("<think>4</think><answer>4")).toBeNull();
});
