import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exactJson } from "./exact-json";
import { parquetRows } from "./parquet-rows";
import { textOf, valueOf } from "./row";

const data = (name: string): string => join(__dirname, "test-data", `${name}.parquet`);
const rowsOf = (path: string) => [...parquetRows(path)];

test.each(["none", "snappy", "gzip", "zstd", "brotli", "lz4", "v2"])("%s: every type of pyarrow as JSON", (name) => {
  expect(structuredClone(rowsOf(data(`types-${name}`)))).toStrictEqual([
    {
      line: 1,
      columns: {
        int64: "12345678901234567",
        uint64: "18446744073709551615",
        decimal: "12345678901234567890.123",
        decimals: [1.5],
        double: 0.1,
        float: 0.5,
        bool: true,
        bytes: "/wA=",
        time: "2024-01-02T03:04:05.678901Z",
        day: "2024-01-02",
        nested: [[1], [2, 3]],
        map: { a: 1 },
        "a.b": "x",
        category: "p",
        empty: null,
      },
    },
    {
      line: 2,
      columns: {
        int64: "9007199254740993",
        uint64: 1,
        decimal: -0.5,
        decimals: [],
        double: "NaN",
        float: "-Infinity",
        bool: false,
        bytes: "abc",
        time: "1960-01-02T00:00:00Z",
        day: "1960-01-02",
        nested: [[]],
        map: {},
        "a.b": "y",
        category: "q",
        empty: null,
      },
    },
    {
      line: 3,
      columns: {
        int64: null,
        uint64: null,
        decimal: null,
        decimals: null,
        double: null,
        float: null,
        bool: null,
        bytes: null,
        time: null,
        day: null,
        nested: null,
        map: null,
        "a.b": "z",
        category: "p",
        empty: null,
      },
    },
  ]);
});

test("numbers are written as the file has them", () => {
  const [first, second] = rowsOf(data("types-zstd"));
  expect(textOf(first!.columns, "decimals.0")).toBe("1.500");
  expect(exactJson({ ...first!.columns }.decimals)).toBe("[1.500]");
  expect(exactJson(second!.columns)).toContain(
    '{"int64":9007199254740993,"uint64":1,"decimal":-0.500,"decimals":[],"double":"NaN"',
  );
});

test("verl's layout: prompts as lists of messages, gold answers within a column", () => {
  const rows = rowsOf(data("verl"));
  expect(
    rows.map(({ columns }) => [textOf(columns, "reward_model.ground_truth"), textOf(columns, "extra_info.index")]),
  ).toEqual([
    ["0", "9007199254740993"],
    ["2", "9007199254740994"],
    ["4", "9007199254740995"],
  ]);
  expect(valueOf(rows[1]!.columns, "prompt")).toEqual([{ role: "user", content: "What is 1 + 1? é" }]);
  expect(valueOf(rows[1]!.columns, "prompt.0.content")).toBe("What is 1 + 1? é");
});

test("a file that is cut off or damaged is named, with column and rows where they are known", () => {
  const folder = mkdtempSync(join(tmpdir(), "reasoning-lab-parquet-"));
  const whole = readFileSync(data("verl"));
  const written = (name: string, bytes: Uint8Array): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  expect(() => rowsOf(written("cut.parquet", whole.subarray(0, whole.length - 3)))).toThrow(
    "cut.parquet: it is no whole Parquet file. Was it",
  );
  expect(() => rowsOf(written("none.parquet", new Uint8Array(0)))).toThrow(
    "none.parquet: it is no whole Parquet file.",
  );
  const noise = Buffer.from(whole).fill(0xee, 4, 200);
  expect(() => rowsOf(written("noise.parquet", noise))).toThrow(/noise\.parquet: column data_source, rows 1 to 3: /);
  // Latin-1 within a column of text.
  const latin = Buffer.from(readFileSync(data("types-none")));
  latin[latin.indexOf("x", 4)] = 0xe9;
  expect(() => rowsOf(written("latin.parquet", latin))).toThrow("a text is not in UTF-8.");
});
