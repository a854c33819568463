import * as z from "zod";
import { expect, test } from "vitest";
import { isInternal } from "./internal-error";

const thrownBy = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error;
  }
};

test("sentences for people are no faults of ours; the runtime's own errors, schemas' and assertions are", () => {
  class NotFound extends Error {}
  expect(isInternal(new Error('train.jsonl:3: "answer" is missing.'))).toBe(false);
  expect(isInternal(new NotFound("There is no run x."))).toBe(false);
  expect(isInternal(thrownBy(() => (undefined as unknown as { a: number }).a))).toBe(true);
  expect(isInternal(thrownBy(() => "a".repeat(-1)))).toBe(true);
  expect(isInternal(thrownBy(() => z.number().parse("a")))).toBe(true);
  const assert = (): never => {
    throw new Error("Shapes differ.");
  };
  expect(isInternal(thrownBy(assert))).toBe(true);
  expect(isInternal("text")).toBe(true);
});
