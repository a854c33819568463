import { expect, test } from "vitest";
import { keptRounds, type Round } from "./rounds";

const round = (id: number, characters: number): Round => ({
  id,
  run: null,
  checkpoint: "rl-10",
  asked: { prompt: "x".repeat(characters) },
  answer: null,
  columns: null,
  how: "",
  asking: false,
  ticket: null,
  answers: [],
  scores: null,
  problem: null,
});

test("a round that is too long to keep is counted, and leaves its room to older ones", () => {
  const { rounds, lost } = keptRounds([round(3, 10), round(2, 3_000_000), round(1, 10)]);
  expect(rounds.map(({ id }) => id)).toEqual([3, 1]);
  expect(lost).toBe(1);
});
