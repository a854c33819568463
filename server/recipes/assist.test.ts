import { expect, test } from "vitest";
import { completeAt, hoverAt } from "./assist";
import { recipeJsonSchema } from "./json-schema";
import { stageSchema } from "./stages";

/** Text and the offset of its `|`. */
const cursor = (marked: string) => ({ text: marked.replace("|", ""), offset: marked.indexOf("|") });
const labels = (marked: string) => {
  const { text, offset } = cursor(marked);
  return completeAt(text, offset, (path) => (path[2] === "function" ? ["a.reward.ts#good"] : [])).map(
    ({ label }) => label,
  );
};

test("keys are completed by where they stand and what is there already", () => {
  expect(labels(`{ "seed": 1, | }`)).toEqual([
    "$schema",
    "name",
    "engine",
    "model",
    "task",
    "general_task",
    "rewards",
    "stages",
    "evaluation",
  ]);
  expect(labels(`{ "stages": [{ "kind": "cold-start", "|" }] }`)).toContain("terse_share");
  expect(labels(`{ "stages": [{ "kind": "cold-start", "|" }] }`)).not.toContain("num_generations");
  expect(labels(`{ "stages": [{ "kind": "reasoning-rl", "|" }] }`)).toContain("num_generations");
});

test("a key comes with its default; one that has a value already is only renamed", () => {
  const steps = (marked: string) => {
    const { text, offset } = cursor(marked);
    return completeAt(text, offset).find(({ label }) => label === "steps");
  };
  expect(steps(`{ "stages": [{ "kind": "reasoning-rl", "st|" }] }`)).toMatchObject({
    insert: '"steps": 100',
    range: { length: 4 },
  });
  expect(steps(`{ "stages": [{ "kind": "reasoning-rl", "st|": 5 }] }`)?.insert).toBe('"steps"');
});

test("values are completed from the schema, the stages and the surroundings", () => {
  expect(labels(`{ "engine": | }`)).toEqual(['"auto"', '"simd"', '"tensorflow"', '"cpu"']);
  expect(labels(`{ "stages": [{ "kind": "|" }] }`)).toEqual(
    stageSchema.options.map(({ shape }) => `"${shape.kind.value}"`),
  );
  expect(
    labels(`{ "stages": [{ "kind": "cold-start", "name": "a" }, { "kind": "reasoning-rl", "from": "|" }] }`),
  ).toEqual(['"a"']);
  expect(labels(`{ "rewards": [{ "function": | }] }`)).toEqual(['"a.reward.ts#good"']);
  expect(labels(`{ "stages": [{ "kind": "reasoning-rl", "scale_rewards": | }] }`)).toEqual([
    '"group"',
    '"batch"',
    '"none"',
  ]);
});

test("a hover says what a key means, its type and its default", () => {
  const { text, offset } = cursor(`{ "stages": [{ "kind": "reasoning-rl", "num_gen|erations": 4 }] }`);
  const hover = hoverAt(text, offset);
  expect(text.slice(hover!.offset, hover!.offset + hover!.length)).toBe('"num_generations"');
  expect(hover?.markdown).toContain("**stages[0].num_generations**");
  expect(hover?.markdown).toContain("completions per prompt");
  expect(hover?.markdown).toContain("whole number ≥ 2, ≤ 4096, default 8");
  expect(hoverAt(`{ "nothing": 1 }`, 4)).toBeNull();
});

test("every key of the schema says what it is", () => {
  const undescribed: string[] = [];
  const walk = (schema: unknown, path: string): void => {
    if (typeof schema !== "object" || schema === null) return;
    for (const [key, value] of Object.entries(schema) as [string, unknown][]) {
      if (key === "properties" && typeof value === "object" && value !== null)
        for (const [name, property] of Object.entries(value) as [string, object][])
          if (!("description" in property)) undescribed.push(`${path}.${name}`);
      walk(value, `${path}.${key}`);
    }
  };
  walk(recipeJsonSchema(), "");
  expect(undescribed).toEqual([]);
  expect(recipeJsonSchema()).toMatchObject({ required: ["name", "model", "task", "rewards", "stages"] });
});
