/** Form and extraction, on texts made of tags, fences and anything else: nothing throws, no answer comes out of a thinking, time grows with length only. */
import fc from "fast-check";
import { reasoningTags } from "../../../server/shared/reasoning-tags";
import { readAnswer } from "../../../server/verifiers/answers/read-answer";
import { extractCode } from "../../../server/verifiers/code/extract-code";
import { codeFormat } from "../../../server/verifiers/format/code-format";
import { format } from "../../../server/verifiers/format/format";
import { languageConsistency } from "../../../server/verifiers/format/language-consistency";
import { reasoningSteps } from "../../../server/verifiers/format/reasoning-steps";
import { afterReasoning, splitReasoning } from "../../../server/verifiers/format/split-reasoning";
import { tagCount } from "../../../server/verifiers/format/tag-count";
import { thinkingProblem } from "../../../server/verifiers/format/thinking-problem";
import { whole, type Row, type Section } from "./table";

const seed = 20_261_129;

const marks = [
  "<answer>",
  "</answer>",
  "<think",
  "</think",
  "<|channel|>",
  "<|channel|>analysis<|message|>",
  "assistantfinal",
  "```",
  "```python\n",
  "```js\n",
  "~~~",
  "~~~py\n",
  "`",
  '"',
  "> ",
  "- ",
  "1. ",
  "\t",
  "\n",
  "\r\n",
  "\uFEFF",
  "\u200B",
  "\u0301",
  "\uD800",
  "\\boxed{",
  "}",
  "First, ",
  "so",
  "4",
  "你好",
  " ",
];
const closes = [...reasoningTags.map(([, close]) => close), "<|channel|>final<|message|>"];
const piece = fc.oneof(
  fc.constantFrom(...marks),
  fc.constantFrom(...reasoningTags.flat()),
  fc.string({ maxLength: 12 }),
);
const anyText = fc.array(piece, { maxLength: 40 }).map((parts) => parts.join(""));

/** Everything that reads a completion's form; some of it is asked for a program or a style. */
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  format: (text) =>
    (["strict", "soft", "think", "open-r1", "trl"] as const).map((style) => [
      format(text, style),
      format(text, style, { opened: true }),
    ]),
  codeFormat: (text) => (["strict", "soft", "open-r1"] as const).map((style) => codeFormat(text, { style })),
  tagCount: (text) => [tagCount(text), tagCount(text, { lines: false })],
  splitReasoning,
  afterReasoning,
  thinkingProblem,
  reasoningSteps,
  languageConsistency: (text) => languageConsistency(text, "en"),
  readAnswer: (text) => readAnswer(text, { unmarked: true }),
  extractCode: (text) =>
    (["python", "javascript", "typescript"] as const).map((language) => extractCode(text, language, "all")),
};

/** A thinking that says 13, closed in one of all ways, and an answer that does not. */
const thoughts = fc
  .tuple(anyText, fc.constantFrom(...closes))
  .map(([text, close]) => `<think>${text.replaceAll("13", "")}\\boxed{13}\n${close}\nIt is \\boxed{14}.`);

const unclosed = fc
  .tuple(anyText, fc.constantFrom(...reasoningTags))
  .map(([text, [open]]) => `${open}\n\\boxed{13} ${closes.reduce((rest, close) => rest.replaceAll(close, ""), text)}`);

const row = (what: string, must: string, measured: string, reached: boolean): Row => ({
  what,
  must,
  measured,
  reached,
  peer: "",
});

function faultsOf(texts: readonly string[]): number {
  let faults = 0;
  for (const text of texts)
    for (const [name, read] of Object.entries(readers))
      try {
        read(text);
      } catch (error) {
        faults++;
        process.stderr.write(`${name} of ${JSON.stringify(text)}: ${String(error)}\n`);
      }
  return faults;
}

const longText = 200_000;

/** Milliseconds of processor time that the slowest reader takes for a text of one piece over and over, and for one twice as long. */
function slowest(): { readonly name: string; readonly milliseconds: number; readonly twice: number } {
  const timed = (work: () => void): number => {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };
  let found = { name: "", milliseconds: 0, twice: 0 };
  for (const part of [...marks, ...reasoningTags.flat()])
    for (const start of ["", "```\n", "<think>\n"])
      for (const [name, read] of Object.entries(readers)) {
        const text = start + part.repeat(Math.ceil(longText / part.length));
        const milliseconds = timed(() => read(text));
        if (milliseconds <= found.milliseconds) continue;
        found = {
          name: `${name} of ${JSON.stringify(text.slice(0, 20))}`,
          milliseconds,
          twice: timed(() => read(text + text)),
        };
      }
  return found;
}

export const forms: Section = {
  name: "forms",
  measure({ runs }, report) {
    const faults = faultsOf(fc.sample(anyText, { numRuns: runs, seed }));
    report(
      row(
        `${whole(runs)} texts of tags, fences and anything else`,
        "0 exceptions",
        `${whole(faults)} exceptions`,
        faults === 0,
      ),
    );

    const leaks = fc.sample(thoughts, { numRuns: runs, seed }).filter((text) => {
      const given = readAnswer(text, { unmarked: true })?.text ?? "";
      return given.includes("13") || afterReasoning(text).includes("13");
    });
    for (const text of leaks.slice(0, 5)) process.stderr.write(`out of its thinking: ${JSON.stringify(text)}\n`);
    report(
      row(
        `${whole(runs)} closed thinkings, any tags and fences in them`,
        "0 answers out of them",
        whole(leaks.length),
        leaks.length === 0,
      ),
    );

    const ends = fc.sample(unclosed, { numRuns: runs, seed }).filter((text) => afterReasoning(text).includes("13"));
    for (const text of ends.slice(0, 5)) process.stderr.write(`has no end: ${JSON.stringify(text)}\n`);
    report(
      row(`${whole(runs)} thinkings that never end`, "0 answers out of them", whole(ends.length), ends.length === 0),
    );

    const { name, milliseconds, twice } = slowest();
    process.stderr.write(`slowest: ${name}\n`);
    report(
      row(
        "200,000 characters of one tag, fence or sign over and over",
        "≤ 1 s, and not more than four times that for twice as many",
        `the longest ${whole(milliseconds)} ms, ${whole(twice)} ms for twice as many`,
        milliseconds <= 1000 && twice <= 4 * milliseconds,
      ),
    );
    return Promise.resolve();
  },
};
