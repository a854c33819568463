import { afterAll, beforeAll, expect, test } from "vitest";
import { judgeProgram, runProgramWith } from "../verifiers/code/verify-code";
import type { SandboxPool } from "./sandbox-pool";
import { testSandboxPool } from "./test-sandbox";

let pool: SandboxPool;
beforeAll(async () => {
  pool = await testSandboxPool();
});
afterAll(() => pool.close());

test("a smoke", async () => {
  console.log(await runProgramWith(pool.run, "python", "print(input())", { input: "hello\n" }));
  console.log(await runProgramWith(pool.run, "javascript", "console.log(readline())", { input: "hello\n" }));
  console.log(await runProgramWith(pool.run, "python", "print(1)\nwhile True: pass", { timeout: 1 }));
  console.log(
    await judgeProgram(
      "def f(x): return x+1",
      { asserts: ["assert f(1) == 2", "assert f(1) == 3", "assert f(2) - 3 == 0"] },
      {},
      pool.run,
    ),
  );
  const t = performance.now();
  await Promise.all(Array.from({ length: 200 }, (_, i) => runProgramWith(pool.run, "python", `print(${i})`)));
  console.log((performance.now() - t) / 200);
  expect(1).toBe(1);
});
