import { expect, test } from "vitest";
import { parseRolloutLine, scoreGroupOf } from "./rollout-lines";

const whole = { prompt: "p", completion: "c", answer: "1" };
const parsed = (data: unknown) => parseRolloutLine(JSON.stringify(data), 3);
const rollout = (data: object) => {
  const found = parsed({ ...whole, ...data });
  if ("problem" in found) throw new Error(found.problem);
  return found.rollout;
};

test("a line's other keys and its row are the row of the reward", () => {
  const data = { ...whole, level: 2, row: { tests: [1] }, completion_ids: [5, 6] };
  expect(rollout(data)).toMatchObject({
    line: 3,
    data,
    row: { prompt: "p", answer: "1", level: 2, tests: [1] },
    completionIds: [5, 6],
  });
});

test.each([
  ["{", "This line is not one JSON object."],
  ["[]", "This line is a list."],
  ["null", "This line is null."],
  ['{"prompt":"p","answer":"1"}', '"completion" is missing. A line is {"prompt"'],
  ['{"prompt":"p","completion":"c","answer":4}', '"answer" is text, not a number.'],
  ['{"prompt":null,"completion":"c","answer":"4"}', '"prompt" is text, not null.'],
  ['{"prompt":"p","completion":"c","answer":"4","row":[]}', '"row" is an object, not a list.'],
  [
    '{"prompt":"p","completion":"c","answer":"4","completion_ids":[1.5]}',
    '"completion_ids" is a list of whole numbers',
  ],
  ['{"prompt":"p","completion":"c","answer":"4","group":{}}', '"group" is text or a number, not a object.'],
])("%s", (text, problem) => {
  const found = parseRolloutLine(text, 1);
  expect("problem" in found ? found.problem : "none").toContain(problem.replace("a object", "an object"));
});

test("samples of one prompt and answer are one group, unless the lines say otherwise", () => {
  expect(rollout({}).group).toBe(rollout({ completion: "d" }).group);
  expect(rollout({}).group).not.toBe(rollout({ answer: "2" }).group);
  expect(rollout({ group: 1 }).group).not.toBe(rollout({ group: 2 }).group);
});

test("token ids go along when all samples have them", () => {
  const [with2, without] = [rollout({ completion_ids: [1, 2] }), rollout({})];
  expect(scoreGroupOf([with2, with2]).completionIds).toEqual([
    [1, 2],
    [1, 2],
  ]);
  expect(scoreGroupOf([with2, without]).completionIds).toBeUndefined();
});
