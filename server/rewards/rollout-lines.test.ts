import { expect, test } from "vitest";
import { parseJsonObject } from "../rows/json-object";
import { parseRollout, scoreGroupOf, withColumns } from "./rollout-lines";

const whole = { prompt: "p", completion: "c", answer: "1" };
const parse = (text: string) => parseRollout({ file: "f", line: 3, text, columns: () => parseJsonObject(text) });
const parsed = (data: unknown) => parse(JSON.stringify(data));
const rollout = (data: object) => {
  const found = parsed({ ...whole, ...data });
  if ("problem" in found) throw new Error(found.problem);
  return found.rollout;
};

test("a line's other keys and its row are the row of the reward", () => {
  const data = { ...whole, level: 2, row: { tests: [1] }, completion_ids: [5, 6] };
  expect(rollout(data)).toMatchObject({
    line: 3,
    text: JSON.stringify(data),
    row: { prompt: "p", answer: "1", level: 2, tests: [1] },
    completionIds: [5, 6],
  });
});

test.each([
  ["{", "this is JSON over several lines, not JSONL."],
  ["[]", "a row must be a JSON object, not an array."],
  ["null", "a row must be a JSON object."],
  ['{"prompt":"p","completion":"c","answer":NaN}', "NaN is not JSON, though json.dumps of Python writes it."],
  ['{"prompt":"p","answer":"1"}', '"completion" is missing. A line is {"prompt"'],
  ['{"prompt":"p","completion":"c","answer":true}', '"answer" must be text or a number; here it is a boolean.'],
  ['{"prompt":"p","completion":4,"answer":"4"}', '"completion" must be text; here it is a number.'],
  ['{"prompt":null,"completion":"c","answer":"4"}', '"prompt" must be text; here it is null.'],
  ['{"prompt":"p","completion":"c","answer":"4","row":[]}', '"row" must be an object; here it is a list.'],
  [
    '{"prompt":"p","completion":"c","answer":"4","completion_ids":[1.5]}',
    '"completion_ids" must be a list of whole numbers; here it is a list of something else.',
  ],
  [
    '{"prompt":"p","completion":"c","answer":"4","group":{}}',
    '"group" must be text or a number; here it is an object.',
  ],
])("%s", (text, problem) => {
  const found = parse(text);
  expect("problem" in found ? found.problem : "none").toContain(problem);
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

test("a number as the answer is taken as it is written, and the line stays as it is", () => {
  const text = ' {"prompt": "p", "completion":"c","answer":1.50, "id": 12345678901234567891 } \r';
  const found = parse(text);
  if ("problem" in found) throw new Error(found.problem);
  expect(found.rollout).toMatchObject({ answer: "1.50", row: { answer: 1.5, id: "12345678901234567891" } });
  expect(withColumns(found.rollout, { rewards: { a: 1 }, b: "}" })).toBe(
    ' {"prompt": "p", "completion":"c","answer":1.50, "id": 12345678901234567891 ,"rewards":{"a":1},"b":"}"} \r',
  );
});
