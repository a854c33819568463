/** JUnit XML of whatever rewards and cases say. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { junitXml, xmlText, type TestedFile } from "./junit";

const outcome = {
  line: 3,
  reward: "r",
  verdict: "passed",
  expected: "1",
  actual: "1",
  error: null,
  milliseconds: 12,
} as const;

const tested: TestedFile = {
  file: "a.reward.ts",
  casesFile: "a.reward.cases.jsonl",
  outcomes: [
    outcome,
    { ...outcome, line: 4, verdict: "failed", actual: 'error: <b> & "\u001b[2J\ud800' },
    { ...outcome, line: 5, verdict: "not-run", actual: "it exports no function r", milliseconds: null },
  ],
  problems: [{ line: 9, column: 2, length: 1, message: "A comma is missing here." }],
  failure: null,
};

test("a file is a suite, a case a test case, a line that is no case an error", () => {
  expect(junitXml([tested, { ...tested, outcomes: [], problems: [], failure: "It is a pipe." }]))
    .toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="reasoning-lab test" tests="5" failures="1" errors="3">
      <testsuite name="a.reward.ts" tests="4" failures="1" errors="2" skipped="0" time="0.024">
        <testcase name="line 3" classname="r" file="a.reward.cases.jsonl" line="3" time="0.012"/>
        <testcase name="line 4" classname="r" file="a.reward.cases.jsonl" line="4" time="0.012"><failure message="expected 1, got error: &lt;b&gt; &amp; &quot;\\u001b[2J\\ud800" type="case">a.reward.cases.jsonl:4: expected 1, got error: &lt;b&gt; &amp; &quot;\\u001b[2J\\ud800</failure></testcase>
        <testcase name="line 5" classname="r" file="a.reward.cases.jsonl" line="5" time="0.000"><error message="it exports no function r" type="reward">a.reward.cases.jsonl:5: it exports no function r</error></testcase>
        <testcase name="line 9" classname="cases" file="a.reward.cases.jsonl" line="9" time="0.000"><error message="A comma is missing here." type="line">a.reward.cases.jsonl:9:2: A comma is missing here.</error></testcase>
      </testsuite>
      <testsuite name="a.reward.ts" tests="1" failures="0" errors="1" skipped="0" time="0.000">
        <testcase name="cases" classname="cases" file="a.reward.cases.jsonl" time="0.000"><error message="It is a pipe." type="file">It is a pipe.</error></testcase>
      </testsuite>
    </testsuites>
    "
  `);
});

test("whatever is written stands in it as text that XML allows", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const written = xmlText(text);
      // What XML 1.0 calls a character: its section 2.2.
      expect(written).toMatch(/^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u);
      expect(written).not.toMatch(/[<>"\t\n\r]|&(?!(amp|lt|gt|quot|#\d+);)/);
    }),
  );
  expect(xmlText("\u0000\uffff\ud800x\udc00")).toBe("\\u0000\\uffff\\ud800x\\udc00");
  expect(xmlText("🙂 a\tb")).toBe("🙂 a&#9;b");
});
