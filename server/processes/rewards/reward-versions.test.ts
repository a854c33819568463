/** Rewards that are edited while they score: the last version that works goes on. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { brief, group, preparePools, testPool } from "./pools.testing";

beforeAll(preparePools);

const scored = async ({ pool }: ReturnType<typeof testPool>) => {
  const { outcomes, rewardHash } = await pool.score([group("a")], 5);
  return { score: brief(outcomes["reward"]![0]![0]!), rewardHash };
};

test.each([
  [
    "does not compile",
    "export const reward = () => {",
    /v2 of .*a\.reward\.ts does not compile, so v1 keeps scoring\. .*a\.reward\.ts:1:30: Unexpected end/,
  ],
  [
    "imports what is not there",
    'import { a } from "./helper"; export const reward = () => a;',
    /v2 .* does not compile, .*Could not resolve/,
  ],
  [
    "throws as it is loaded",
    'throw new Error("at load"); export const reward = () => 2;',
    /v2 .* does not load, so v1 keeps scoring\. .*a\.reward\.ts:1: Error: at load/,
  ],
  ["does not export it any more", "export const rewar = () => 2;", /v2 .* does not load, .*exports no function reward/],
])("a version that %s is told, and the one before scores, until the next good save", async (_, broken, message) => {
  const opened = testPool("export const reward = () => 1;", ["reward"]);
  const first = await scored(opened);
  writeFileSync(opened.file, broken);
  // The hash is of the source that scored.
  expect(await scored(opened)).toEqual(first);
  expect(await scored(opened)).toEqual(first);
  expect(opened.log).toEqual([expect.stringMatching(message)]);
  expect(opened.versions()).toMatchObject([{ file: opened.file, version: 1, refused: { version: 2 } }]);
  writeFileSync(opened.file, "export const reward = () => 3;");
  const next = await scored(opened);
  expect(next.score).toBe(3);
  expect(next.rewardHash).not.toBe(first.rewardHash);
  expect(opened.log.at(-1)).toMatch(/a\.reward\.ts has changed: v2 scores from here on\.$/);
  expect(opened.versions()).toMatchObject([{ version: 2, refused: null }]);
});

test("what is saved is taken up without a step; a version that never scored leaves its number to the next", async () => {
  const opened = testPool("export const reward = () => 1;", ["reward"]);
  await scored(opened);
  writeFileSync(opened.file, "export const reward = () => {");
  await opened.pool.look();
  const refused = { version: 2, fault: "does not compile", line: 1, column: 30 };
  expect(opened.versions()).toMatchObject([{ version: 1, refused }]);
  writeFileSync(opened.file, "export const reward = () => 2;");
  await opened.pool.look();
  expect(opened.versions()).toMatchObject([{ version: 2, refused: null }]);
  writeFileSync(opened.file, "export const reward = () => 3; throw new Error('x');");
  await opened.pool.look();
  expect(opened.versions()).toMatchObject([{ version: 2, refused: { version: 3, fault: "does not load", line: 1 } }]);
  writeFileSync(opened.file, "export const reward = () => 4;");
  await opened.pool.look();
  expect(opened.versions()).toMatchObject([{ version: 2, refused: null }]);
  expect((await scored(opened)).score).toBe(4);
});

test("a file that is deleted goes on scoring; put back, it is the version that it was", async () => {
  const opened = testPool("export const reward = () => 1;", ["reward"]);
  const first = await scored(opened);
  rmSync(opened.file);
  expect(await scored(opened)).toEqual(first);
  expect(opened.log).toEqual([expect.stringMatching(/v2 of .* is gone, so v1 keeps scoring\./)]);
  writeFileSync(opened.file, "export const reward = () => 1;");
  expect(await scored(opened)).toEqual(first);
  expect(opened.log.at(-1)).toMatch(/is v1 again, which scores\.$/);
  expect(opened.versions()).toMatchObject([{ version: 1, refused: null }]);
});

test("an import that appears later makes the version that waited for it good", async () => {
  const opened = testPool("export const reward = () => 1;", ["reward"]);
  await scored(opened);
  writeFileSync(opened.file, 'import { five } from "./helper"; export const reward = () => five;');
  expect((await scored(opened)).score).toBe(1);
  writeFileSync(join(opened.file, "..", "helper.ts"), "export const five = 5;");
  expect((await scored(opened)).score).toBe(5);
});

test("a good version that loses its process is started again while the file on disk is broken", async () => {
  const opened = testPool("export const reward = ({ completion }) => (completion === 'end' ? process.exit(1) : 1);", [
    "reward",
  ]);
  await scored(opened);
  writeFileSync(opened.file, "export const reward = (");
  const { outcomes } = await opened.pool.score([group("end"), group("a")], 5);
  expect(outcomes["reward"]!.flat().map(brief)).toEqual(["ended its process (exit code 1)", 1]);
});

const caseLine = (completion: string, expected: unknown): string =>
  `${JSON.stringify({ reward: "reward", prompt: "p", completion, answer: "1", expect: expected })}\n`;
const casesOf = (file: string): string => file.replace(/\.reward\.ts$/, ".reward.cases.jsonl");

test("a version that fails a case which the one before passes is refused at its export, until cases or reward are others", async () => {
  const opened = testPool("export const reward = ({ completion }) => completion.length;", ["reward"]);
  writeFileSync(casesOf(opened.file), caseLine("a", 1) + caseLine("abc", 3));
  expect((await scored(opened)).score).toBe(1);
  writeFileSync(opened.file, "\nexport const reward = ({ completion }) => Math.min(2, completion.length);");
  expect((await scored(opened)).score).toBe(1);
  const fault = "fails the case at line 2";
  expect(opened.versions()).toMatchObject([{ version: 1, refused: { version: 2, fault, line: 2, column: 14 } }]);
  expect(opened.log).toEqual([
    expect.stringMatching(
      /^v2 of .*a\.reward\.ts fails the case at line 2, so v1 keeps scoring\. .*a\.reward\.cases\.jsonl:2: reward gives 2, and the case expects 3\.$/,
    ),
  ]);
  // The case is what was wrong.
  writeFileSync(casesOf(opened.file), caseLine("a", 1) + caseLine("abc", [2, 3]));
  await scored(opened);
  expect(opened.versions()).toMatchObject([{ version: 2, refused: null }]);
});

test("cases that fail with the version that scores keep nobody from an edit, and are told", async () => {
  const opened = testPool("export const reward = () => 1;", ["reward"]);
  writeFileSync(casesOf(opened.file), `${caseLine("a", 7)}no case\n${caseLine("b", [1, 2])}`);
  await scored(opened);
  writeFileSync(opened.file, "export const reward = () => 2;");
  expect((await scored(opened)).score).toBe(2);
  expect(opened.versions()).toMatchObject([{ version: 2, refused: null }]);
  expect(opened.log.slice(1)).toEqual([
    expect.stringMatching(/cases\.jsonl:2: .* That line was not run\.$/),
    expect.stringMatching(/cases\.jsonl:1: the case fails with this version as with the one before/),
  ]);
});

test("a version that hangs in a case which the one before passes does not come to score", async () => {
  const opened = testPool("export const reward = () => 1;", ["reward"]);
  writeFileSync(casesOf(opened.file), caseLine("hang", 1));
  const first = await scored(opened);
  writeFileSync(opened.file, 'export const reward = ({ completion }) => { while (completion === "hang"); return 2; };');
  expect(await scored(opened)).toEqual(first);
  expect(opened.log).toEqual([expect.stringMatching(/fails the case at line 1.*took longer than 2 s/)]);
});
