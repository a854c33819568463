/** Tests come from rows of data sets: what they must be is looked at once, and said with the place of what is not so. */
import * as z from "zod";
import type { CodeTests } from "./code-tests";

/** What a program reads or prints; a number is its text. */
const printed = z.union([z.string(), z.number(), z.bigint()], "must be text, or a number").transform(String);

const text = z.string("must be text");
const cases = <T extends z.ZodType>(one: T) => z.array(one, "must be an array of cases");

const kinds = [
  {
    keys: ["asserts"],
    schema: z.object({
      asserts: z.union([z.string(), z.array(text)], "must be text, or an array of texts"),
      setup: text.optional(),
    }),
  },
  { keys: ["check"], schema: z.object({ check: text, function: text, setup: text.optional() }) },
  {
    keys: ["function"],
    schema: z.object({
      function: text,
      cases: cases(
        z.object(
          { arguments: z.array(z.unknown(), "must be an array of values"), expected: z.unknown() },
          "must be { arguments, expected }",
        ),
      ),
    }),
  },
  {
    keys: ["cases"],
    schema: z.object({ cases: cases(z.object({ input: printed, output: printed }, "must be { input, output }")) }),
  },
] as const;

const placeOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (place, key) => (typeof key === "number" ? `${place}[${key}]` : `${place}.${String(key)}`),
    "tests",
  );

function kindName(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** Tests as they must be, numbers of inputs and outputs as text. Throws a TypeError that says at which field and index they are not. */
export function readTests(tests: unknown): CodeTests {
  const given: unknown = tests;
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new TypeError(`tests must be an object with cases, asserts or check; it is ${kindName(given)}.`);
  const kind = kinds.find(({ keys }) => keys.some((key) => Reflect.get(given, key) !== undefined));
  if (!kind)
    throw new TypeError(
      "tests must have cases ({ input, output }), function and cases ({ arguments, expected }), asserts, or check and function.",
    );
  const read = kind.schema.safeParse(given);
  if (read.success) return read.data as CodeTests;
  const { path, message } = read.error.issues[0]!;
  const value = path.reduce<unknown>((inner, key) => Reflect.get(Object(inner), key), given);
  throw new TypeError(`${placeOf(path)} ${message}; it is ${kindName(value)}.`);
}
