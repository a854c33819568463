import { expect, test } from "vitest";
import { rewardOutput } from "./reward-output";

test("lines carry the file's name, long ones are cut, and many are left out and counted", () => {
  const lines: string[] = [];
  let time = 0;
  const print = rewardOutput(
    "/p/judge.reward.ts",
    (text) => lines.push(text),
    () => time,
  );
  print("one\ntwo\n\n");
  print("x".repeat(600));
  expect(lines).toEqual(["judge.reward.ts: one", "judge.reward.ts: two", `judge.reward.ts: ${"x".repeat(500)}…`]);
  for (let line = 0; line < 100; line++) print(`line ${line}`);
  expect(lines).toHaveLength(21);
  expect(lines.at(-1)).toBe("judge.reward.ts prints too much, so lines are left out here.");
  time = 1000;
  print("later");
  expect(lines.slice(21)).toEqual(["judge.reward.ts: 83 lines were left out.", "judge.reward.ts: later"]);
});
