// Makes the problems of this folder, the same each time: node data/make-problems.mjs
// A held-out problem has numbers that no problem of its kind has in training, so that an answer cannot be remembered.
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const names = ["Anna", "Ben", "Ella", "Jack", "Leo", "Lily", "Max", "Mia", "Nora", "Sam", "Sara", "Tom"];
const things = ["apples", "books", "cards", "coins", "marbles", "pencils", "shells", "stickers"];
const kinds = [
  {
    pairs: range(2, 20).flatMap((a) => range(2, 9).map((b) => [a, b])),
    ask: (who, what, a, b) => `${who} has ${a} ${what} and gets ${b} more. How many ${what} does ${who} have now?`,
    answer: (a, b) => a + b,
  },
  {
    pairs: range(5, 20).flatMap((a) => range(2, Math.min(9, a - 1)).map((b) => [a, b])),
    ask: (who, what, a, b) => `${who} has ${a} ${what} and gives ${b} away. How many ${what} does ${who} have left?`,
    answer: (a, b) => a - b,
  },
  {
    pairs: range(2, 9).flatMap((a) => range(2, 9).map((b) => [a, b])),
    ask: (who, what, a, b) => `${who} buys ${a} boxes with ${b} ${what} in each. How many ${what} does ${who} buy?`,
    answer: (a, b) => a * b,
  },
  {
    pairs: range(2, 9).flatMap((b) => range(2, 9).map((each) => [b * each, b])),
    ask: (who, what, a, b) =>
      `${who} shares ${a} ${what} equally among ${b} friends. How many ${what} does each friend get?`,
    answer: (a, b) => a / b,
  },
];

function range(first, last) {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** A whole number below `limit`, drawn by a name: the same name, the same number. */
function drawn(name, limit) {
  return createHash("sha256").update(name).digest().readUInt32BE() % limit;
}

function problems(part, count) {
  const held = part === "held-out";
  const rows = new Map();
  for (let index = 0; rows.size < count; index++) {
    const draw = (what, limit) => drawn(`${part} ${index} ${what}`, limit);
    const kind = index % kinds.length;
    const { pairs, ask, answer } = kinds[kind];
    const [a, b] = pairs[draw("pair", pairs.length)];
    if ((drawn(`${kind} ${a} ${b}`, 8) === 0) !== held) continue;
    const prompt = ask(names[draw("name", names.length)], things[draw("thing", things.length)], a, b);
    rows.set(prompt, { prompt, answer: String(answer(a, b)) });
  }
  return [...rows.values()].map((row) => `${JSON.stringify(row)}\n`).join("");
}

for (const [part, count] of [
  ["train", 1000],
  ["held-out", 64],
])
  writeFileSync(join(import.meta.dirname, `${part}.jsonl`), problems(part, count));
