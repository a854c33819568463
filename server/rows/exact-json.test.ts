import fc from "fast-check";
import { expect, test } from "vitest";
import { exactJson, fitsDouble, numberSource, parseExactJson } from "./exact-json";
import { numberOf, textOf, valueOf, type Columns } from "./row";

const columnsOf = (text: string): Columns => parseExactJson(text) as Columns;

test("a number of any length is read at once", () => {
  const written = `0.1${"0".repeat(300_000)}1`;
  expect(columnsOf(`{"a": ${written}}`)).toMatchObject({ a: written });
});

test.each([
  // What a double holds arrives as a number, whatever its form.
  ["0", 0],
  ["-0", -0],
  ["12", 12],
  ["1.0", 1],
  ["1e3", 1000],
  ["0.1", 0.1],
  ["9007199254740992", 2 ** 53],
  ["0.30000000000000004", 0.1 + 0.2],
  // As printf("%.17g") writes 0.1.
  ["0.10000000000000001", 0.1],
  ["0.1000000000000000055511151231257827021181583404541015625", 0.1],
  ["1.7976931348623157e308", Number.MAX_VALUE],
  ["5e-324", 5e-324],
  ["1E+2", 100],
  // What it does not hold arrives as it is written.
  ["9007199254740993", "9007199254740993"],
  ["12345678901234567891", "12345678901234567891"],
  ["-12345678901234567891", "-12345678901234567891"],
  ["0.12345678901234567890123", "0.12345678901234567890123"],
  ["1e400", "1e400"],
  ["1e-400", "1e-400"],
  ["123456789.123456789123", "123456789.123456789123"],
])("%s arrives as %j, and its text is what stands there", (text, value) => {
  const columns = columnsOf(`{"a": ${text}, "list": [${text}]}`);
  expect(Object.entries(columns)).toStrictEqual([
    ["a", value],
    ["list", expect.anything()],
  ]);
  expect([...(columns["list"] as unknown[])]).toStrictEqual([value]);
  expect(textOf(columns, "a")).toBe(text);
  expect(textOf(columns, "list.0")).toBe(text);
  expect(exactJson(columns)).toBe(`{"a":${text},"list":[${text}]}`);
});

test("every double is held, as JSON writes it and with 17 digits", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      // Whole numbers of up to 21 digits are written out, with zeros for the digits that do not matter.
      const rounded = Number.isInteger(value) && Math.abs(value) > 2 ** 53 && Math.abs(value) < 1e21;
      expect(fitsDouble(JSON.stringify(value))).toBe(!rounded || BigInt(JSON.stringify(value)) === BigInt(value));
      expect(fitsDouble(value.toPrecision(17))).toBe(true);
    }),
    // The shortest text of each is not the nearest of its length.
    { examples: [[7.120236347223045e-307], [5.225680706521042e-200], [-5.858190679279809e-244]] },
  );
});

test("a whole number is held only when it is exactly the double", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }), (value) => {
      expect(fitsDouble(String(value))).toBe(BigInt(Number(value)) === value);
    }),
  );
});

test("text that looks like a number, and values beside one, stay what they are", () => {
  const text = '{"a":"1.0","b":[1.50,true,null,{"c":12345678901234567891}],"__proto__":1.0}';
  const columns = columnsOf(text);
  expect(numberSource(columns, "a")).toBeNull();
  expect(exactJson(columns)).toBe(text);
  expect(textOf(columns, "b.3.c")).toBe("12345678901234567891");
});

test("a copy of a row knows how its numbers are written, but not of what was put in their place", () => {
  const columns = columnsOf('{"a":1.50,"b":1.50,"c":12345678901234567891}');
  const copy = { ...columns, b: 2 };
  expect(["a", "b", "c"].map((name) => textOf(copy, name))).toEqual(["1.50", "2", "12345678901234567891"]);
  expect(exactJson(copy)).toBe('{"a":1.50,"b":2,"c":12345678901234567891}');
  expect(JSON.stringify(copy)).toBe('{"a":1.5,"b":2,"c":"12345678901234567891"}');
});

test("text that is nested too deeply is refused", () => {
  expect(() => parseExactJson("[".repeat(200_000))).toThrow("it is nested deeper than 100 levels");
});

test("columns within columns, list items, and names with dots, which win", () => {
  const columns = {
    reward_model: { ground_truth: 34, "a.b": { c: "deep" } },
    "reward_model.style": "own",
    list: [{ text: "first" }, ["x"]],
    empty: null,
  };
  const values = ["reward_model.ground_truth", "reward_model.style", "reward_model.a.b.c", "list.0.text", "list.1.0"];
  expect(values.map((path) => textOf(columns, path))).toEqual(["34", "own", "deep", "first", "x"]);
  expect(
    ["list.2", "list.length", "toString", "reward_model.none", "empty.a", ""].map((path) => valueOf(columns, path)),
  ).toEqual(Array.from({ length: 6 }, () => undefined));
  expect(valueOf(columns, "empty")).toBeNull();
  expect([numberOf({ a: "3.5" }, "a"), numberOf({ a: "three" }, "a"), numberOf({ a: "" }, "a")]).toEqual([
    3.5,
    null,
    null,
  ]);
});
