import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { hostileFiles } from "../files/hostile-files.testing";
import { csvRows } from "./csv-rows";
import { readRows } from "./read-rows";
import { readWholeText, textLines } from "./text-blocks";

const folder = mkdtempSync(join(tmpdir(), "reasoning-lab-rows-"));
const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const read = (path: string) => readRows(path, "The dataset", ({ line, columns }) => ({ line, ...columns }));
const rowsIn = (name: string, content: string | Uint8Array) => read(file(name, content));

test("only a newline ends a line: U+2028, U+2029 and a lone carriage return may stand in one", () => {
  const lines = ['{"a":"x\u2028y"}', '{"a":"x\u2029y"}', '{"a":\r"z"}'];
  expect(rowsIn("lines.jsonl", `\ufeff${lines.join("\n")}\r\n`)).toEqual([
    { line: 1, a: "x\u2028y" },
    { line: 2, a: "x\u2029y" },
    { line: 3, a: "z" },
  ]);
});

test("blocks of any size give the same lines, also of characters of several bytes", () => {
  const texts = ["äöü€", "", "𝔘𝔫𝔦", "  ", "z".repeat(300), "last without a newline €"];
  const path = file("blocks.jsonl", `\ufeff${texts.join("\n")}`);
  const expected = [1, 3, 5, 6].map((line) => ({ line, text: texts[line - 1] }));
  for (const block of [1, 2, 3, 7, 64, 1 << 20]) {
    expect([...textLines(path, { block })], String(block)).toEqual(expected);
    expect([...textLines(file("packed.gz", gzipSync(`\ufeff${texts.join("\n")}`)), { block })]).toEqual(expected);
  }
  expect(readWholeText(path)).toBe(texts.join("\n"));
});

test("packed files are unpacked, by what they hold; damaged and endless ones are named", () => {
  const text = '{"a":1}\n';
  expect(rowsIn("a.jsonl.gz", gzipSync(text))).toEqual([{ line: 1, a: 1 }]);
  // Two that were joined.
  expect(rowsIn("b.jsonl.gz", Buffer.concat([gzipSync(text), gzipSync(text)]))).toHaveLength(2);
  expect(rowsIn("c.jsonl.zst", zstdCompressSync(text))).toEqual([{ line: 1, a: 1 }]);
  expect(rowsIn("d.csv.gz", gzipSync("a\n1\n"))).toEqual([{ line: 2, a: "1" }]);
  expect(() => rowsIn("e.jsonl.gz", gzipSync(text).subarray(0, 20))).toThrow("e.jsonl.gz cannot be unpacked: ");
  const bomb = file("f.jsonl.gz", gzipSync("x".repeat(100_000)));
  expect(() => [...textLines(bomb, { unpacked: 1000 })]).toThrow("f.jsonl.gz unpacks to more than 1 kB. Unpack it");
});

test("a line that is too long is named, not held in memory", () => {
  const path = file("long.jsonl", `{"a":1}\n{"a":"${"x".repeat(5000)}"}\n`);
  expect(() => [...textLines(path, { block: 100, line: 1000 })]).toThrow(`${path}:2: this line has more than 1 kB.`);
});

test.each<[string, string | Uint8Array, string]>([
  [
    "latin1.jsonl",
    Buffer.from('{"a":1}\n{"a":"caf\xe9 \ufffd"}\n', "latin1"),
    'latin1.jsonl:2: it is not text in UTF-8: byte 0xe9 after "{\\"a\\":\\"caf", as in Latin-1',
  ],
  [
    "mixed.jsonl",
    Buffer.concat([Buffer.from('{"a":"\ufffd"}\n{"a":"'), Buffer.from([0xff])]),
    "mixed.jsonl:2: it is not text in UTF-8: byte 0xff",
  ],
  ["latin1.csv", Buffer.from("a\n\xe9\n", "latin1"), "latin1.csv:2: it is not text in UTF-8"],
  ["utf16.jsonl", Buffer.from('\ufeff{"a":1}\n', "utf16le"), "utf16.jsonl is text in UTF-16. Save it in UTF-8"],
  ["utf16be.jsonl", Buffer.from('\ufeff{"a":1}\n', "utf16le").swap16(), "utf16be.jsonl is text in UTF-16."],
  ["utf16-bare.jsonl", Buffer.from('{"a":1}\n', "utf16le"), "or no text at all. Save it in UTF-8: iconv -f UTF-16LE"],
  ["utf16be-bare.jsonl", Buffer.from('{"a":1}\n', "utf16le").swap16(), "Save it in UTF-8: iconv -f UTF-16BE"],
  ["rows.jsonl", "PAR1...", "rows.jsonl is Parquet, whose name must end in .parquet"],
  ["arrow.jsonl", "ARROW1\0\0", "is an Arrow file"],
  ["zip.jsonl", "PK\u0003\u0004", "is a ZIP archive"],
  ["binary.jsonl", Buffer.from([65, 66, 67, 0, 1]), "is not text: there is a zero byte at 3"],
  ["rows.parquet", '{"a":1}', "rows.parquet: it is no whole Parquet file."],
  [
    "nan.jsonl",
    '{"a":1}\n{"a": NaN}',
    "nan.jsonl:2: NaN is not JSON, though json.dumps of Python writes it. Write null",
  ],
  ["infinity.jsonl", '{"a":[1,-Infinity]}', "infinity.jsonl:1: -Infinity is not JSON"],
  ["text.jsonl", '{"a":"NaN", b:1}', "text.jsonl:1: not JSON: "],
  [
    "python.jsonl",
    "{'a': None}",
    "python.jsonl:1: this is how Python prints a value, not JSON. Write it with json.dumps",
  ],
  ["array.json", '[\n{"a":1}\n]', "array.json:1: this is one JSON array, not JSONL."],
  ["pretty.json", '{\n"a":1\n}', "pretty.json:1: this is JSON over several lines"],
  ["page.jsonl", "<!DOCTYPE html>", "page.jsonl:1: this is a web page"],
  ["lfs.jsonl", "version https://git-lfs.github.com/spec/v1\n", "lfs.jsonl:1: this is a pointer of Git LFS"],
  ["empty.jsonl", "\n \n", "empty.jsonl has no rows."],
  ["header.csv", "a,b\n", "header.csv has no rows."],
])("%s: what it is, where, and what to do", (name, content, message) => {
  expect(() => rowsIn(name, content)).toThrow(message);
});

test("CSV: quotes, separators and newlines within them, and lines as an editor counts them", () => {
  const text =
    '\ufeffprompt,answer,n\r\n"a, ""b""\r\nc",12345678901234567891,\r\n\r\nd,"",0.10\r\n"x","1","y\n\nz"\nlast,2,3';
  const expected = [
    { line: 2, columns: { prompt: 'a, "b"\r\nc', answer: "12345678901234567891", n: null } },
    { line: 5, columns: { prompt: "d", answer: "", n: "0.10" } },
    { line: 6, columns: { prompt: "x", answer: "1", n: "y\n\nz" } },
    { line: 9, columns: { prompt: "last", answer: "2", n: "3" } },
  ];
  const path = file("quotes.csv", text);
  for (const block of [1, 7, 1 << 20]) expect([...csvRows(path, ",", { block })]).toEqual(expected);
  expect(rowsIn("tabs.tsv", 'a\tb\nsay "hi"\t1,5\n')).toEqual([{ line: 2, a: 'say "hi"', b: "1,5" }]);
  const many = `n\n${Array.from({ length: 5000 }, (_, index) => `${index}\n`).join("")}`;
  expect(rowsIn("many.csv", many).map(({ n }: Record<string, unknown>) => n)).toEqual(
    Array.from({ length: 5000 }, (_, index) => String(index)),
  );
});

test.each([
  ["a,b\n1,2\n1,2,3\n", "wrong.csv:3: this row has 3 cells, the first line names 2 columns."],
  ["a,b\n1,2\n\n1\n", "wrong.csv:4: this row has 1 cells"],
  ['a,b\n"1,2\n3,4\n', "wrong.csv:2: this is not CSV: a quote opens in this row and is never closed."],
  ['a,b\nx"y,2\n', "wrong.csv:2: this is not CSV: there is a quote in a cell"],
  ['a,b\n1,2\n\n"x"y,2\n', "wrong.csv:4: this is not CSV: something follows the quote that closes a cell."],
  ["a,a\n1,2\n", 'wrong.csv:1: two columns are named "a". Rename one.'],
  ["a,\n1,2\n", "wrong.csv:1: column 2 has no name."],
  ["prompt;answer\n1;2\n", 'wrong.csv:1: there is one column, named "prompt;answer". Columns are separated by commas'],
])("CSV that is wrong: %j", (text, message) => {
  expect(() => rowsIn("wrong.csv", text)).toThrow(message);
});

test("a star in the last part of a path names several files, in the order of their names", () => {
  const shards = mkdtempSync(join(folder, "shards-"));
  for (const name of ["train-2.jsonl", "train-1.jsonl", "test-1.jsonl", ".train-0.jsonl"])
    writeFileSync(join(shards, name), `{"from":"${name}"}\n{"from":"${name}"}\n`);
  const found = readRows(join(shards, "train-*.jsonl"), "The dataset", ({ file: from, line }) => [from, line]);
  const [one, two] = ["train-1.jsonl", "train-2.jsonl"].map((name) => join(shards, name));
  expect(found).toEqual([
    [one, 1],
    [one, 2],
    [two, 1],
    [two, 2],
  ]);
  writeFileSync(join(shards, "train-2.jsonl"), "{");
  expect(() => read(join(shards, "train-*.jsonl"))).toThrow("train-2.jsonl:1: ");
  expect(() => read(join(shards, "valid-*.jsonl"))).toThrow("cannot be read: no file in");
});

test("what is no file is named, with what was probably meant", () => {
  const place = mkdtempSync(join(folder, "places-"));
  for (const name of ["train.jsonl", "held.parquet"]) writeFileSync(join(place, name), "");
  mkdirSync(join(place, "one"));
  writeFileSync(join(place, "one", "only.csv"), "");
  const said = (path: string) => () => read(join(place, path));
  expect(said("trian.jsonl")).toThrow(
    `The dataset ${join(place, "trian.jsonl")} cannot be read: there is no such file. Did you mean ${join(place, "train.jsonl")}?`,
  );
  expect(said(join("openai", "gsm8k"))).toThrow(
    "Nothing is downloaded: if this is a data set of the Hugging Face Hub, get its files (hf download --repo-type dataset",
  );
  expect(said(join("hf:", "datasets", "a.parquet"))).toThrow(
    "Nothing is downloaded: save it as a file, and name that.",
  );
  expect(said(join("no", "a.jsonl"))).toThrow(`there is no such file. There is no folder ${join(place, "no")} either.`);
  expect(said("")).toThrow(
    `it is a folder. Name a file in it, ${join(place, "held.parquet")} say, or several with a star: ${join(place, "*.parquet")}.`,
  );
  expect(said("one")).toThrow(`it is a folder. Name the file in it, ${join(place, "one", "only.csv")}.`);
});

test.each(hostileFiles)("%s is never read to its end", (name, make) => {
  const place = mkdtempSync(join(folder, "hostile-"));
  for (const extension of ["jsonl", "csv", "parquet"]) {
    make(join(place, `rows.${extension}`));
    expect(() => read(join(place, `rows.${extension}`)), name).toThrow(
      /cannot be read|zero byte|UTF-16|no whole Parquet/,
    );
  }
});

test("a row with half a character is refused with its line and column, in any format", () => {
  const lines = ['{"prompt":"Q 😀","answer":"0"}', '{"prompt":"Q \\ud83d x","answer":"1"}'];
  expect(() => rowsIn("half.jsonl", lines.join("\n"))).toThrow(
    /half\.jsonl:2: "prompt" holds half a character .* leave it out\.$/,
  );
  expect(rowsIn("whole.jsonl", lines[0]!)).toHaveLength(1);
});
