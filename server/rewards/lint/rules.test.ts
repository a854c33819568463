/** Rules, their setting, and how they are left out. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import * as z from "zod";
import { readManifest } from "../../shared/manifest.testing";
import { lintReward } from "./lint";
import { readRuleSettings, ruleSettingsSchema, usualRules, type RuleSettings } from "./rule-settings";
import { ruleIds, ruleOf } from "./rules";
import { rulesTable } from "./rules-page";

const root = join(import.meta.dirname, "..", "..", "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8").replaceAll("\r\n", "\n");

const lint = (source: string, settings: RuleSettings = usualRules) =>
  lintReward(source, { file: "/w/a.reward.ts", settings, exists: () => true, measured: () => null });
const rulesOf = (source: string, settings?: RuleSettings): string[] => lint(source, settings).map(({ rule }) => rule);

const head = 'import { type Reward } from "reasoning-lab";\n';
const random = `${head}export const a: Reward = ({ completion }) => completion.length + Math.random();\n`;

test("the setting of the manifest, and the page of the docs, are those of the rules", () => {
  const manifest = z
    .object({ contributes: z.object({ configuration: z.object({ properties: z.record(z.string(), z.unknown()) }) }) })
    .parse(readManifest(root));
  expect(manifest.contributes.configuration.properties["reasoningLab.rewards.rules"]).toMatchObject(
    ruleSettingsSchema(),
  );
  expect(read("docs/reward-rules.md")).toContain(rulesTable());
});

test("a setting changes severity and thresholds; what is wrong with it is told, and the rest counts", () => {
  const { settings, problems } = readRuleSettings({
    "random-score": "off",
    "slow-expression": { severity: "error", milliseconds: 5 },
    ceiling: { share: 7 },
    celing: "off",
    "clock-score": "fatal",
  });
  expect(settings.severity("random-score")).toBe("off");
  expect(settings.severity("slow-expression")).toBe("error");
  expect(settings.threshold("slow-expression", "milliseconds")).toBe(5);
  expect(settings.threshold("ceiling", "share")).toBe(0.98);
  expect(problems).toHaveLength(3);
  expect(problems.join(" ")).toMatch(
    /"share" of "ceiling" must be a number from 0.5 to 1.*no rule "celing".*"clock-score" must be/,
  );
  expect(rulesOf(random)).toEqual(["random-score"]);
  expect(rulesOf(random, settings)).toEqual([]);
});

test("every rule says what it is about, and every threshold lies within its bounds", () => {
  for (const id of ruleIds) {
    const { description, sources, thresholds = {} } = ruleOf(id);
    expect([id, sources.length > 0, description.endsWith(".")]).toEqual([id, true, true]);
    for (const { usual, least, most } of Object.values(thresholds)) expect(usual >= least && usual <= most).toBe(true);
  }
});

test("a comment leaves a rule out for a reason: on the line before, or at its end", () => {
  const with_ = (comment: string): string => random.replace("export", `// ${comment}\nexport`);
  expect(rulesOf(with_("reasoning-lab-ignore random-score: a test of chance"))).toEqual([]);
  expect(
    rulesOf(
      random
        .replace(";\n", "; // reasoning-lab-ignore random-score: a test of chance\n")
        .replace(head.replace(";\n", "; // reasoning-lab-ignore random-score: a test of chance\n"), head),
    ),
  ).toEqual(["random-score"]);
  expect(rulesOf(`${random.trimEnd()} // reasoning-lab-ignore random-score: a test of chance\n`)).toEqual([]);
  expect(rulesOf(with_("reasoning-lab-ignore random-score:"))).toEqual(["suppression-without-reason", "random-score"]);
  expect(rulesOf(with_("reasoning-lab-ignore random-score"))).toEqual(["suppression-without-reason", "random-score"]);
  expect(rulesOf(with_("reasoning-lab-ignore clock-score: no clock here"))).toEqual([
    "unused-suppression",
    "random-score",
  ]);
  expect(lint(with_("reasoning-lab-ignore random-scores: why"))[0]?.message).toBe(
    'There is no rule "random-scores". Did you mean random-score?',
  );
  // Of what was not looked at nobody can say that it is unused.
  expect(rulesOf(with_("reasoning-lab-ignore ceiling: it is to be reached").replace(" + Math.random()", ""))).toEqual(
    [],
  );
});

/** A source with the fixes of its first finding made. */
function fixed(source: string, title: RegExp): string {
  const fix = lint(source)
    .flatMap(({ fixes }) => fixes)
    .find((one) => title.test(one.title));
  return (fix?.edits ?? [])
    .toSorted((a, b) => b.offset - a.offset)
    .reduce(
      (text, { offset, length, text: next }) => text.slice(0, offset) + next + text.slice(offset + length),
      source,
    );
}

test.each([
  [
    "random-score",
    random,
    /seededRandom/,
    "({ completion, row }) => completion.length + seededRandom(row, completion)",
  ],
  [
    "may-return-boolean",
    `${head}export const a: Reward = ({ completion }) => completion === "x";\n`,
    /1 for true/,
    '=> completion === "x" ? 1 : 0;',
  ],
  [
    "may-return-string",
    `${head}export const a: Reward = ({ completion }) => completion.length.toFixed(2);\n`,
    /number/,
    "Number(completion.length.toFixed(2))",
  ],
  [
    "may-return-undefined",
    `${head}export const a: Reward = ({ completion }) => {\n  if (completion !== "") return 1;\n};\n`,
    /^Return 0/,
    "return 1;\n  return 0;\n};",
  ],
  [
    "empty-includes",
    `${head}export const a: Reward = ({ completion, answer }) => (completion.includes(answer) ? 1 : 0);\n`,
    /first/,
    '((answer !== "" && completion.includes(answer)) ? 1 : 0)',
  ],
  [
    "error-as-score",
    `${head}export const a: Reward = async () => {\n  try {\n    const answer = await fetch("http://a/", { signal: AbortSignal.timeout(1) });\n    return answer.status;\n  } catch {\n    return 0;\n  }\n};\n`,
    /Throw/,
    "catch (error) {\n    throw error;",
  ],
  [
    "await-without-limit",
    `${head}export const a: Reward = async () => (await fetch("http://a/")).status;\n`,
    /limit/,
    'fetch("http://a/", { signal: AbortSignal.timeout(20_000) })',
  ],
  [
    "unknown-input",
    `${head}export const a: Reward = ({ response }) => response.length;\n`,
    /completion/,
    "({ completion: response }) =>",
  ],
  [
    "gold-from-completion",
    `import { accuracy, type Reward } from "reasoning-lab";\nexport const a: Reward = ({ completion, answer }) => accuracy(answer, completion);\n`,
    /Exchange/,
    "accuracy(completion, answer)",
  ],
])("the fix of %s makes what it says, and the finding is gone", (rule, source, title, made) => {
  expect(rulesOf(source)).toContain(rule);
  const next = fixed(source, title);
  expect(next).toContain(made);
  expect(rulesOf(next)).not.toContain(rule);
});

test("nothing that is typed makes the rules throw", () => {
  const pieces = [
    "export const a: Reward = ({ completion, answer }) => ",
    "completion",
    "answer",
    ".includes(",
    ")",
    "return ",
    "{",
    "}",
    "try ",
    "catch ",
    "await ",
    "fetch(",
    "/(a+)+$/",
    "=> ",
    " ? 1 : ",
    "?.",
    "[0]",
    "`${",
    "`",
    ";",
    "\n",
    "// reasoning-lab-ignore ",
    "if (",
    "for (;;) ",
    "({ score: ",
    "...",
    "function f() ",
    "throw ",
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 40 }), (parts) => {
      expect(Array.isArray(lint(head + parts.join("")))).toBe(true);
    }),
    { numRuns: 400 },
  );
});
