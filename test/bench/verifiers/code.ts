/** Judging programs: data sets with their solutions, the same with an operator changed, adversarial programs, and how fast trivial ones run. */
import { cpus } from "node:os";
import { join } from "node:path";
import { testSandboxPool } from "../../../server/processes/sandboxes/sandbox.testing";
import { runProgramWith } from "../../../server/verifiers/code/verify-code";
import { judgeAdversarial, judgeSet, readHumanEval, readMbpp, type SetResult } from "./code-sets";
import { share, whole, type Row, type Section } from "./table";

const plain = { must: "", peer: "" };

function* setRows(
  { set, passed, problems, failures, mutants, mutantsPassed, disagreements }: SetResult,
  python: boolean,
): Generator<Row> {
  for (const { name, status } of failures) process.stderr.write(`${set} ${name}: ${status}\n`);
  for (const { name, status, native } of disagreements)
    process.stderr.write(
      `${set} ${name}: ${status}, and natively it ${native === null ? "took too long" : native ? "passes" : "fails"}\n`,
    );
  yield {
    ...plain,
    what: `${set}, reference solutions: passed`,
    must: "all",
    measured: share(passed, problems),
    reached: failures.length === 0,
  };
  yield {
    ...plain,
    what: `${set}, solutions with an operator changed: failed`,
    must: "where the tests can tell",
    measured: share(mutants - mutantsPassed, mutants),
    peer: python ? `as native Python says: ${share(mutants - disagreements.length, mutants)}` : "",
    reached: disagreements.length === 0,
  };
}

export const code: Section = {
  name: "code",
  async measure({ cases, data, root, python }, report) {
    const size = cpus().length;
    const pool = await testSandboxPool(size, root);
    try {
      const settings = { runner: pool.run, parallel: 2 * size, python, perProblem: 1 };
      for (const row of setRows(await judgeSet("MBPP", readMbpp(data), settings), python !== null)) report(row);
      for (const row of setRows(await judgeSet("HumanEval", readHumanEval(data), settings), python !== null))
        report(row);

      const results = await judgeAdversarial(join(cases, "adversarial-completions.json"), pool.run);
      const fooled = results.filter(({ status }) => status === "passed");
      for (const { id, status } of fooled) process.stderr.write(`${id}: ${status}\n`);
      report({
        ...plain,
        what: "`adversarial-completions.json`, code, each with every kind of test: not passed",
        must: "all",
        measured: share(results.length - fooled.length, results.length),
        reached: fooled.length === 0,
      });

      const count = 500;
      const many = (programs: readonly string[]) =>
        Promise.all(programs.map((program) => runProgramWith(pool.run, "python", program)));
      await many(Array.from({ length: 2 * size }, () => "print(1)"));
      const started = performance.now();
      await many(Array.from({ length: count }, (_, index) => `print(${index})`));
      const perMinute = (60_000 * count) / (performance.now() - started);
      report({
        ...plain,
        what: `trivial Python programs a minute, ${size} cores`,
        must: "≥ 1,000",
        measured: whole(perMinute),
        reached: perMinute >= 1000,
      });
    } finally {
      pool.close();
    }
  },
};
