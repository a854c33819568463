/** How right, safe and fast `verifyMath` is. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import * as z from "zod";
import {
  differentPairs,
  differentStructures,
  equalPairs,
  mutatedCompletions,
} from "../../../server/verifiers/maths/expressions.testing";
import type { Pair } from "../../../server/verifiers/maths/expressions.testing";
import { kinds as specialKinds } from "../../../server/verifiers/maths/kinds.testing";
import { searchCosts } from "../../../server/verifiers/maths/costs.testing";
import { verifyMath } from "../../../server/verifiers/maths/verify-math";
import { runAdversarialCompletions } from "../../conformance/adversarial-completions";
import { readCases } from "../../conformance/case-file";
import { runLatexParse } from "../../conformance/latex-parse";
import { mathVerifySchema, runMathVerify } from "../../conformance/math-verify";
import { askMathVerify } from "./math-verify-peer";
import type { PeerAnswers, Sample } from "./math-verify-peer";
import { quantile, share, whole } from "./table";
import type { MeasureOptions, Row, Section } from "./table";

const line = (what: string, must: string, measured: string, reached: boolean, peer = ""): Row => ({
  what,
  must,
  measured,
  peer,
  reached,
});

/** Milliseconds of this thread's processor time, so that a figure does not depend on what else the machine does. */
const processorTime = (): number => (process as Partial<NodeJS.Process>).threadCpuUsage!().user / 1000;

/** Times every verdict, in milliseconds of processor time. */
function timed(samples: readonly Sample[]): { readonly scores: (0 | 1 | null)[]; readonly times: number[] } {
  const scores: (0 | 1 | null)[] = [];
  const times: number[] = [];
  for (const { completion, gold } of samples) {
    const start = processorTime();
    scores.push(verifyMath(completion, gold).score);
    times.push(processorTime() - start);
  }
  return { scores, times };
}

async function caseFiles({ cases }: MeasureOptions, report: (row: Row) => void): Promise<void> {
  const mathVerify = await runMathVerify(join(cases, "math-verify.json"));
  const all = mathVerify.passed + mathVerify.failed.length + mathVerify.unsupported.length;
  const falsePositives = mathVerify.failed.filter(({ mismatches }) =>
    mismatches.some(({ actual }) => actual === 1),
  ).length;
  const excepted = mathVerify.unsupported.length;
  report(
    line(
      "`math-verify.json`: as expected, false positives",
      "≥ 97 %, 0",
      `${share(mathVerify.passed, all)}, ${falsePositives}; ${excepted} excepted by name`,
      mathVerify.passed >= 0.97 * all && falsePositives === 0,
    ),
  );
  const latex = await runLatexParse(join(cases, "latex-parse.json"));
  const parses = latex.passed + latex.failed.length + latex.unsupported.length;
  report(
    line("`latex-parse.json`: read as expected", "≥ 97 %", share(latex.passed, parses), latex.passed >= 0.97 * parses),
  );
  const attacks = await runAdversarialCompletions(join(cases, "adversarial-completions.json"), ["math"]);
  const tried = attacks.passed + attacks.failed.length;
  report(
    line(
      "`adversarial-completions.json`, maths: rejected",
      "all",
      share(attacks.passed, tried),
      attacks.failed.length === 0,
    ),
  );
}

interface Fuzzed {
  readonly right: number;
  readonly undecided: number;
  /** Verdicts against the way the pair was made, by what they say; verifier faults, and time-outs. */
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly faults: number;
  readonly timeouts: number;
  readonly times: number[];
}

/** Every pair of a kind is judged. `known`: whether it is equal follows from the way it was made. */
function fuzz(arbitrary: fc.Arbitrary<Pair>, runs: number, known: boolean): Fuzzed {
  let [right, undecided, falsePositives, falseNegatives, faults, timeouts] = [0, 0, 0, 0, 0, 0];
  const times: number[] = [];
  const judge = (pair: Pair): void => {
    const start = processorTime();
    const { score, rule } = verifyMath(pair.answer, pair.gold);
    times.push(processorTime() - start);
    const open = rule.startsWith("undecided") || rule.startsWith("the answer too") || rule.startsWith("the gold");
    if (rule.startsWith("the verifier failed")) faults++;
    else if (rule.includes("too slow")) timeouts++;
    if (open) undecided++;
    else if (score === (pair.equal ? 1 : 0)) right++;
    else if (known && pair.equal) falseNegatives++;
    else if (known) falsePositives++;
    // What cannot be decided is never right.
    if (open && score === 1) falsePositives++;
  };
  for (const pair of fc.sample(arbitrary, { numRuns: runs, seed: 20_261_123 })) judge(pair);
  return { right, undecided, falsePositives, falseNegatives, faults, timeouts, times };
}

function fuzzing({ runs }: MeasureOptions, report: (row: Row) => void, times: number[]): void {
  const kinds: readonly (readonly [string, fc.Arbitrary<Pair>, boolean])[] = [
    ["expressions, equal by construction", equalPairs, true],
    ["expressions, different by construction", differentPairs, true],
    ["sets, tuples and intervals, different by construction", differentStructures, true],
    ...specialKinds.map(({ name, pairs }) => [`${name}, equal or different by construction`, pairs, true] as const),
    ["mutated completions", mutatedCompletions, false],
  ];
  for (const [name, arbitrary, known] of kinds) {
    const result = fuzz(arbitrary, runs, known);
    times.push(...result.times.slice(0, 20_000));
    const wrong = result.falsePositives + result.falseNegatives;
    const wrongs = known
      ? [`${whole(result.falsePositives)} false positives`, `${whole(result.falseNegatives)} false negatives`]
      : [];
    const counts = [
      ...wrongs,
      `${whole(result.faults)} exceptions`,
      `${whole(result.timeouts)} time-outs`,
      ...(known ? [`${whole(result.undecided)} undecided`] : []),
    ];
    report(
      line(
        `${whole(runs)} ${name}`,
        known ? "0 wrong, 0 exceptions, 0 time-outs" : "0 exceptions, 0 time-outs",
        counts.join(", "),
        wrong + result.faults + result.timeouts === 0,
      ),
    );
  }
}

const problemSchema = z.object({ question: z.string(), answer: z.string() });

function readProblems(data: string): { readonly rationale: string; readonly final: string }[] {
  return ["train.jsonl", "test.jsonl"].flatMap((name) => {
    const file = join(data, "gsm8k", name);
    if (!existsSync(file)) throw new Error(`There is no ${file}: give --data the folder that holds gsm8k.`);
    return readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((text) => {
        const { answer } = problemSchema.parse(JSON.parse(text));
        return { rationale: answer, final: answer.slice(answer.indexOf("####") + 4).trim() };
      });
  });
}

const count = (scores: readonly unknown[], score: number): number => scores.filter((one) => one === score).length;
/** Verdicts a second, the median of five rounds. */
function speed(samples: readonly Sample[]): number {
  const rounds = Array.from({ length: 5 }, () => {
    const start = performance.now();
    for (const { completion, gold } of samples) verifyMath(completion, gold);
    return (1000 * samples.length) / (performance.now() - start);
  });
  return quantile(rounds, 0.5);
}

async function gsm8k(options: MeasureOptions, report: (row: Row) => void, times: number[]): Promise<void> {
  const problems = readProblems(options.data);
  const own = problems.map(({ rationale, final }) => ({ completion: rationale, gold: final }));
  const shifted = problems.map(({ final }, index) => ({
    completion: problems[(index + 997) % problems.length]!.rationale,
    gold: final,
  }));
  const boxed = problems.map(({ rationale, final }) => ({
    completion: `<think>${rationale.split("####", 1)[0]!}</think>The answer is $\\boxed{${final}}$.`,
    gold: final,
  }));
  const peer =
    options.python === null ? null : await askMathVerify(options.python, options.root, { own, shifted, boxed });
  const said = (answers: PeerAnswers | undefined, score: number, all: number): string =>
    answers === undefined ? "" : share(count(answers.scores, score), all);
  const results = { own: timed(own), shifted: timed(shifted), boxed: timed(boxed) };
  times.push(...results.own.times, ...results.shifted.times, ...results.boxed.times);
  const right = count(results.own.scores, 1);
  report(
    line(
      "GSM8K, gold answers as completions: right",
      "100 %",
      share(right, own.length),
      right === own.length,
      said(peer?.own, 1, own.length),
    ),
  );
  const coincidences = problems.filter(
    ({ final }, index) =>
      final.replaceAll(",", "") === problems[(index + 997) % problems.length]!.final.replaceAll(",", ""),
  ).length;
  const accepted = count(results.shifted.scores, 1);
  report(
    line(
      "GSM8K, another problem's answer: accepted beyond coincidences",
      "0",
      `${whole(accepted - coincidences)} (${whole(coincidences)} problems have the same answer)`,
      accepted === coincidences,
      peer === null ? "" : whole(count(peer.shifted.scores, 1) - coincidences),
    ),
  );
  const rightBoxed = count(results.boxed.scores, 1);
  report(
    line(
      "GSM8K, gold answers in a box after reasoning: right",
      "100 %",
      share(rightBoxed, boxed.length),
      rightBoxed === boxed.length,
      said(peer?.boxed, 1, boxed.length),
    ),
  );
  const rates = { own: speed(own), boxed: speed(boxed) };
  const rate = (answers: PeerAnswers | undefined): string =>
    answers === undefined ? "" : `${whole(answers.scores.length / answers.seconds)}/s`;
  const must = "≥ 20,000/s on one core";
  report(line("speed, GSM8K gold answers", must, `${whole(rates.own)}/s`, rates.own >= 20_000, rate(peer?.own)));
  report(
    line("speed, GSM8K answers in a box", must, `${whole(rates.boxed)}/s`, rates.boxed >= 20_000, rate(peer?.boxed)),
  );
}

async function reference(options: MeasureOptions, report: (row: Row) => void): Promise<void> {
  if (options.python === null) return;
  const { cases } = readCases(join(options.cases, "math-verify.json"), mathVerifySchema);
  const verify = cases.flatMap((one) => (one.kind === "verify" ? [one] : []));
  const samples = verify.map(({ gold, pred }) => ({ gold, completion: pred }));
  const { samples: theirs } = await askMathVerify(options.python, options.root, { samples });
  const agree = (scores: readonly unknown[]): number =>
    scores.filter((score, index) => score === verify[index]!.expected).length;
  const ours = verify.map(({ gold, pred }) => verifyMath(pred, gold).score ?? 0);
  report(
    line(
      "`math-verify.json` with default options on both sides",
      "",
      share(agree(ours), verify.length),
      true,
      share(agree(theirs.scores), verify.length),
    ),
  );
}

/** What a search for slow verdicts finds. */
function costs({ runs }: MeasureOptions, report: (row: Row) => void): void {
  const pairs = Math.ceil(runs / 20);
  const found = searchCosts((completion, gold) => {
    const start = processorTime();
    verifyMath(completion, gold);
    return processorTime() - start;
  }, pairs);
  const [median, rare, worst] = [0.5, 0.9999, 1].map((share) => quantile([...found.costs], share));
  report(
    line(
      `processor time of ${whole(pairs)} hostile answers, the slowest made slower: median, p99.99, the longest`,
      "≤ 50 ms",
      `${median!.toFixed(1)} ms, ${rare!.toFixed(1)} ms, ${worst!.toFixed(1)} ms`,
      worst! <= 50,
    ),
  );
}

export const maths: Section = {
  name: "maths",
  measure: async (options, report) => {
    const times: number[] = [];
    await caseFiles(options, report);
    await gsm8k(options, report, times);
    await reference(options, report);
    const { cases } = readCases(join(options.cases, "math-verify.json"), mathVerifySchema);
    times.push(
      ...timed(cases.flatMap((one) => (one.kind === "verify" ? [{ gold: one.gold, completion: one.pred }] : []))).times,
    );
    fuzzing(options, report, times);
    const [p99, rare, worst] = [quantile(times, 0.99), quantile(times, 0.9999), quantile(times, 1)];
    report(
      line(
        "processor time of a verdict over all of the above: p99, p99.99, the longest",
        "< 5 ms, ≤ 50 ms, ≤ 50 ms",
        `${p99.toFixed(2)} ms, ${rare.toFixed(1)} ms, ${worst.toFixed(1)} ms`,
        p99 < 5 && worst <= 50,
      ),
    );
    costs(options, report);
  },
};
