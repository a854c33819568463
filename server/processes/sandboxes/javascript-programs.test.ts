/** Programs in JavaScript print in a sandbox what they print in Node. */
import { spawnSync } from "node:child_process";
import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { judgeProgram, runProgramWith } from "../../verifiers/code/verify-code";
import type { CodeTests } from "../../verifiers/code/code-tests";
import type { SandboxPool } from "./sandbox-pool";
import { temporaryFolder } from "../installation.testing";
import { testSandboxPool } from "./sandbox.testing";

let pool: SandboxPool;
let folder: string;
beforeAll(async () => {
  pool = await testSandboxPool();
  folder = temporaryFolder("javascript");
});
afterAll(() => pool.close());

const numbers = "3\n1 2\n3 4\n5 6\n";

/** Name, program, input. */
const programs: readonly (readonly [name: string, program: string, input?: string])[] = [
  ["deep recursion", "function g(n) { return n === 0 ? 0 : 1 + g(n - 1); }\nconsole.log(g(8000));"],
  [
    "recursion without end",
    "let n = 0; function f() { n++; f(); }\ntry { f(); } catch (e) { console.log(e instanceof RangeError, e.name, n > 5000); }",
  ],
  [
    "recursion through map",
    "const depth = (n) => n === 0 ? 0 : 1 + [n].map((x) => depth(x - 1))[0];\nconsole.log(depth(2000));",
  ],
  [
    "the order of everything that waits",
    `setTimeout(() => console.log("t300"), 300); setTimeout(() => console.log("t0"), 0); setTimeout(() => console.log("t5"), 5);
     Promise.resolve().then(() => console.log("p1")).then(() => console.log("p2"));
     process.nextTick(() => console.log("tick")); queueMicrotask(() => console.log("micro"));
     (async () => { console.log("a1"); await null; console.log("a2"); await new Promise((r) => setTimeout(r, 7)); console.log("a3"); })();
     console.log("sync");`,
  ],
  [
    "intervals and times far away",
    `let n = 0; const i = setInterval(() => { console.log(++n); if (n === 3) clearInterval(i); }, 30);
     const t = setTimeout(() => console.log("never"), 5); clearTimeout(t); setTimeout((a, b) => console.log(a, b), 4, "x", [1]);`,
  ],
  [
    "immediates",
    "setTimeout(() => { setImmediate(() => console.log('immediate')); setTimeout(() => console.log('timeout'), 0); process.nextTick(() => console.log('tick')); }, 1);",
  ],
  [
    "timers as promises",
    `const { setTimeout: sleep } = require("timers/promises");\n(async () => { console.log(await sleep(50, "v")); })();`,
  ],
  ["top-level await", "const x = await new Promise((r) => setTimeout(() => r(5), 20));\nconsole.log(x);\nexport {};"],
  [
    "imports",
    `import fs, { readFileSync } from "node:fs";\nimport * as util from "util";\nconsole.log(readFileSync(0, "utf8").split("\\n").length, typeof fs.readFileSync, util.inspect({ a: 1 }));`,
    numbers,
  ],
  ["an import at run time", `import("fs").then((fs) => console.log(fs.readFileSync(0).toString().trim()));`, numbers],
  ["a return outside of functions", "console.log(1);\nif (true) return;\nconsole.log(2);"],
  [
    "this is what is exported",
    "console.log(this === module.exports, typeof require, typeof __filename, require.main === module);",
  ],
  [
    "the whole input",
    `const [n, ...rows] = require("fs").readFileSync("/dev/stdin", "utf8").trim().split("\\n");\nfor (const r of rows) console.log(r.split(" ").map(Number).reduce((a, b) => a + b));`,
    numbers,
  ],
  [
    "bytes of the input",
    "const b = require('fs').readFileSync(0); console.log(b.length, b, b.toString('hex'), String(b));",
    "é\n",
  ],
  [
    "lines by events",
    `const rl = require("readline").createInterface({ input: process.stdin, output: process.stdout });\nlet s = 0; rl.on("line", (l) => { s += l.length; }).on("close", () => console.log(s));`,
    numbers,
  ],
  [
    "lines by for await",
    `const rl = require("readline").createInterface({ input: process.stdin });\n(async () => { for await (const line of rl) console.log("<" + line + ">"); console.log("end"); })();`,
    "a\r\nb\n\nc",
  ],
  [
    "questions",
    `const rl = require("readline").createInterface({ input: process.stdin, output: process.stdout });\nrl.question("Name? ", (name) => { console.log("Hi " + name); rl.close(); });`,
    "Ann\n",
  ],
  [
    "data and its end",
    `let s = ""; process.stdin.setEncoding("utf8"); process.stdin.on("data", (c) => (s += c)); process.stdin.on("end", () => console.log(s.split("\\n").length));`,
    numbers,
  ],
  [
    "input by for await",
    `(async () => { let s = ""; for await (const chunk of process.stdin) s += chunk; console.log(s.trim()); })();`,
    numbers,
  ],
  ["no input", `process.stdin.on("data", () => console.log("data")).on("end", () => console.log("end"));`],
  [
    "pieces of a line",
    "process.stdout.write('a'); process.stdout.write('b\\n'); require('fs').writeSync(1, 'c\\n'); process.stdout.write(String(process.argv.length));",
  ],
  [
    "an exit that is caught",
    "try { console.log(1); process.exit(3); } catch { console.log('caught'); } finally { console.log('finally'); }",
  ],
  ["an exit code", "process.exitCode = 4; process.on('exit', (code) => console.log('exit', code));"],
  [
    "groups, counts and directories",
    "console.group('g'); console.log({ a: 1 }); console.group(); console.log('x\\ny'); console.groupEnd(); console.groupEnd(); console.count(); console.count('k'); console.count(); console.dir({ a: { b: { c: { d: 1 } } } }, { depth: 0 });",
  ],
  [
    "tables",
    "console.table([{ a: 1, b: 'x' }, { a: 2, c: true }]); console.table([[1, 2], [3]]); console.table([1, 'b']); console.table(new Map([['k', 1]])); console.table([{ a: 1, b: 2 }], ['b']); console.table(5);",
  ],
  [
    "promises",
    "const p = Promise.resolve([1]); const q = Promise.reject(new Error('x')); q.catch(() => {}); console.log(p, new Promise(() => {}), [Promise.resolve('v')]); (async () => { try { await q; } catch (e) { console.log(e.message); } })();",
  ],
  [
    "asserts",
    `const assert = require("assert"); assert.strictEqual(1, 1); assert.deepStrictEqual({ a: [1, new Map([[1, { b: 2 }]])] }, { a: [1, new Map([[1, { b: 2 }]])] });\nfor (const f of [() => assert.strictEqual(1, 2), () => assert.deepEqual([1], [2]), () => assert(0), () => assert.throws(() => 1)]) try { f(); console.log("no"); } catch (e) { console.log(e.name, e.code); }\nassert.deepEqual([1, "2"], ["1", 2]); assert.throws(() => { throw new TypeError("bad"); }, /bad/); assert.notDeepStrictEqual({ a: 1 }, { a: "1" });`,
  ],
  [
    "events",
    `const { EventEmitter, once } = require("events"); class A extends EventEmitter {}\nconst a = new A(); a.on("x", (v) => console.log("on", v)); a.once("x", (v) => console.log("once", v)); console.log(a.emit("x", 1), a.emit("x", 2), a.emit("y"), a.listenerCount("x"));\nonce(a, "z").then(([v]) => console.log("z", v)); a.emit("z", 5);`,
  ],
  [
    "util",
    `const util = require("util"); console.log(util.format("%s-%d", "a", 1), util.isDeepStrictEqual([1], [1]), util.inspect("x"), util.inspect({ a: { b: { c: { d: 1 } } } }, { depth: null }), util.types.isMap(new Map()));\nutil.promisify((x, done) => done(null, x + 1))(1).then(console.log);`,
  ],
  [
    "copies",
    "const o = { d: new Date(0), m: new Map([[1, { a: 1 }]]), s: new Set([1]), self: null, t: new Uint8Array([1]) }; o.self = o; const c = structuredClone(o); console.log(c, c.self === c, c.m !== o.m);",
  ],
  [
    "texts in order",
    "console.log(['b', 'a', 'C', 'B', 'ä', 'z', 'A', 'a1', 'a10', 'a2', '_x', ' s', 'é', 'e', 'E', '1', '-1', 'co-op', 'coop'].sort((x, y) => x.localeCompare(y)).join(), 'a2'.localeCompare('a10', undefined, { numeric: true }), 'A'.localeCompare('a', 'en', { sensitivity: 'base' }));",
  ],
  [
    "numbers in groups",
    "console.log((1234567.891).toLocaleString(), (1234).toLocaleString('en-US'), (0.5).toLocaleString(), (1e21).toLocaleString(), (-1234.5).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 }), 12345678901234567890n.toLocaleString(), (1.005).toLocaleString(undefined, { maximumFractionDigits: 2 }), NaN.toLocaleString());",
  ],
  [
    "bytes and their codings",
    "console.log(Buffer.from('héllo').toString('base64'), Buffer.from('aMOpbGxv', 'base64').toString(), btoa('abc'), atob('YWJj'), Buffer.concat([Buffer.from('a'), Buffer.alloc(2)]), new TextEncoder().encode('é'), new TextDecoder().decode(new Uint8Array([195, 169])), Buffer.from([1, 2, 255]).toString('hex'), Buffer.byteLength('é'));",
  ],
  [
    "classes with private parts",
    "class A { #x = 1; y = 2; static z = 3; get x() { return this.#x; } method() {} } console.log(new A(), A, [new A()], Object.keys(new A()));",
  ],
  [
    "a queue and a heap",
    "class Heap { constructor() { this.items = []; } push(v) { this.items.push(v); this.items.sort((a, b) => a - b); } pop() { return this.items.shift(); } } const h = new Heap(); for (const v of [5, 1, 4, 2, 3]) h.push(v); console.log(h, h.pop(), [...Array(3).keys()], Array.from('abc', (c, i) => c + i));",
  ],
  [
    "iterators and what is new",
    "console.log(Object.groupBy([1, 2, 3], (x) => x % 2 ? 'odd' : 'even'), new Set([1, 2, 3]).intersection(new Set([2, 3, 4])), [3, 1, 2].toSorted(), [1, 2, 3].at(-1), [1, [2, [3]]].flat(Infinity), Object.fromEntries([['a', 1]]), Math.max(...[1, 2]), 2n ** 64n, [1, 2, 3].with(0, 9));",
  ],
  [
    "generators and symbols",
    "function* g() { yield* [1, 2]; return 3; } console.log([...g()], g(), Symbol('s'), { [Symbol('k')]: 1 }, [Symbol.iterator]);",
  ],
  [
    "dates",
    "const d = new Date(Date.UTC(2020, 1, 29, 12)); console.log(d, d.toISOString(), JSON.stringify(d), d.getTime(), new Date('2020-01-01T00:00:00Z') < d, typeof Date.now(), new Date(NaN), Object.prototype.toString.call(new Date()));",
  ],
  [
    "texts",
    "console.log('abc'.padStart(5, '*'), 'a-b-c'.replaceAll('-', '+'), [...'aXbX'.matchAll(/X/g)].length, 'ab'.codePointAt(0), `${[1, 2]}`, 'ß'.toUpperCase(), 'x'.repeat(3), 'a,b'.split(','), /(?<y>\\d{4})/.exec('in 2020').groups.y);",
  ],
  [
    "a program of strict code",
    "'use strict';\nconst a = [1, 2, 3];\ntry { undefinedName = 1; } catch (e) { console.log(e.name); }\nconsole.log(a.map((x) => x * 2));",
  ],
  ["a comment at its end", "console.log(1) // the end"],
  ["a first line for shells", "#!/usr/bin/env node\nconsole.log(1);"],
  [
    "names of Node of its own",
    "const fs = 1, process2 = 2, performance = 3, Buffer = 4; function setTimeout(x) { return x; } let name = 'n', module2 = {}; console.log(fs, performance, Buffer, setTimeout(5), name);",
  ],
  [
    "errors that say what they are",
    "try { null.x; } catch (e) { console.log(e instanceof TypeError, e.name, e.constructor.name); } class E extends Error { constructor(m) { super(m); this.name = 'E'; this.code = 1; } } try { throw new E('m'); } catch (e) { console.log(String(e), e.message, e.code, e instanceof E); }",
  ],
];

test.each(programs.map(([name, program, input = ""]) => [name, program, input] as const))(
  "%s",
  async (_, program, input) => {
    const isModule = /^(?:import|export)\b/m.test(program);
    const file = join(folder, isModule ? "program.mjs" : "program.js");
    writeFileSync(file, program);
    writeFileSync(join(folder, "input"), input);
    const standard = openSync(join(folder, "input"), "r");
    const { stdout, status } = spawnSync(process.execPath, [file], {
      stdio: [standard, "pipe", "pipe"],
      encoding: "utf8",
      timeout: 10_000,
    });
    closeSync(standard);
    const ours = await runProgramWith(pool.run, "javascript", program, { input });
    expect({ stdout: ours.stdout, code: ours.exitCode, message: ours.message }).toEqual({
      stdout,
      code: status,
      message: "",
    });
  },
);

test("waiting takes no time", async () => {
  const { stdout, milliseconds } = await runProgramWith(
    pool.run,
    "javascript",
    "const t = Date.now(); setTimeout(() => console.log(Math.round((Date.now() - t) / 60000)), 3600000);",
  );
  expect(stdout).toBe("60\n");
  expect(milliseconds).toBeLessThan(5000);
});

const calls = (name: string, ...cases: (readonly [readonly unknown[], unknown])[]): CodeTests => ({
  function: name,
  cases: cases.map(([given, expected]) => ({ arguments: given, expected })),
});
const two = calls("f", [[1], 2], [[5], 6]);

test.each<[string, string, CodeTests]>([
  ["a function", "function f(x) { return x + 1; }", two],
  ["a constant", "const f = (x) => x + 1;", two],
  ["module.exports with names", "function g(x) { return x + 1; }\nmodule.exports = { f: g };", two],
  ["module.exports of the function", "module.exports = (x) => x + 1;", two],
  [
    "module.exports of a function in scope by its name",
    "function f(x) { return x + 1; }\nmodule.exports = { f };",
    two,
  ],
  ["exports.f", "exports.f = (x) => x + 1;", two],
  ["export of a function", "export function f(x) { return x + 1; }", two],
  ["export of a constant", "export const f = (x) => x + 1;", two],
  ["export under another name", "const g = (x) => x + 1;\nexport { g as f };", two],
  ["export default", "export default function (x) { return x + 1; }", two],
  [
    "a function of a module that is not exported",
    "import assert from 'assert';\nconst f = (x) => { assert(true); return x + 1; };",
    two,
  ],
  [
    "a function behind top-level await",
    "const one = await Promise.resolve(1);\nfunction f(x) { return x + one; }",
    two,
  ],
  ["an async function", "async function f(x) { await new Promise((r) => setTimeout(r, 10000)); return x + 1; }", two],
  ["a promise", "const f = (x) => new Promise((resolve) => setImmediate(() => resolve(x + 1)));", two],
  ["a method of a class Solution", "class Solution { f(x) { return this.more(x); } more(x) { return x + 1; } }", two],
  ["a name with a dot", "const math = { one: 1, next(x) { return x + this.one; } };", calls("math.next", [[1], 2])],
  ["a method of a new object", "class A { next(x) { return x + 1; } }", calls("new A().next", [[1], 2])],
  [
    "a program that reads its input as well",
    "function f(x) { return x + 1; }\nconst rl = require('readline').createInterface({ input: process.stdin }); rl.on('line', (l) => console.log(f(Number(l))));",
    two,
  ],
  ["typed arrays", "const f = (x) => Int32Array.from([x, x]);", calls("f", [[1], [1, 1]])],
  [
    "an object of a class",
    "class P { constructor(x) { this.x = x; } }\nconst f = (x) => new P(x);",
    calls("f", [[1], { x: 1 }]),
  ],
  ["deep recursion", "const f = (n) => (n === 0 ? 1 : 1 + f(n - 1));", calls("f", [[9000], 9001])],
])("calls find %s", async (_, code, tests) => {
  expect(await judgeProgram(code, tests, { language: "javascript" }, pool.run)).toMatchObject({ status: "passed" });
});

test.each<[string, string, CodeTests, string, RegExp]>([
  [
    "an async function that throws",
    "async function f() { throw new RangeError('oh'); }",
    two,
    "crash",
    /RangeError: oh/,
  ],
  ["a promise that never settles", "const f = () => new Promise(() => {});", two, "crash", /never settles/],
  ["no such function", "const g = 1;", two, "crash", /f/],
  ["the end of the program at its top", "process.exit(0);", two, "crash", /ended itself/],
  [
    "the end of the program in the call",
    "function f() { for (;;) try { process.exit(0); } catch {} }",
    two,
    "crash",
    /ended itself/,
  ],
  [
    "a timer that throws",
    "setTimeout(() => { throw new TypeError('late'); }, 5);\nconst f = (x) => x + 1;",
    two,
    "crash",
    /TypeError: late/,
  ],
  ["a wrong answer", "exports.f = (x) => x;", two, "wrong-answer", /gave 1.0, expected 2.0/],
  ["recursion without end", "const f = (x) => f(x) + 1;", two, "crash", /RangeError: stack overflow/],
  [
    "nesting that no stack holds",
    `const f = () => eval("(".repeat(300000) + "1" + ")".repeat(300000));`,
    two,
    "crash",
    /stack|broke off/,
  ],
])("%s is told", async (_, code, tests, status, message) => {
  const verdict = await judgeProgram(code, tests, { language: "javascript" }, pool.run);
  expect(verdict).toMatchObject({ status, score: 0 });
  expect(verdict.cases[0]!.message).toMatch(message);
});

test("a program's last word is an error: it is a crash with the program's own lines", async () => {
  const run = await runProgramWith(
    pool.run,
    "javascript",
    "console.log(1);\nfunction f() { throw new TypeError('x'); }\nf();",
  );
  expect(run).toMatchObject({ status: "crash", stdout: "1\n" });
  expect(run.message).toMatch(
    /^TypeError: x\n {4}at f \(program\.js:2:\d+\)\n {4}at <anonymous> \(program\.js:3:\d+\)$/,
  );
});

const typescript = (code: string, tests: CodeTests) => judgeProgram(code, tests, { language: "typescript" }, pool.run);

test.each<[string, string]>([
  [
    "types",
    "interface A { x: number }\nfunction f(x: number): number { const a: A = { x }; return (a.x as number)! + 1; }",
  ],
  ["generic functions", "const f = <T extends number>(x: T): number => (x satisfies number) + 1;"],
  [
    "enums",
    "enum Step { One = 1 }\nconst enum Two { Two = 2 }\nfunction f(x: number) { return x + Step.One + Two.Two - 2; }",
  ],
  [
    "namespaces and fields in constructors",
    "namespace N { export const one = 1; }\nclass A { constructor(private readonly x: number) {} next() { return this.x + N.one; } }\nconst f = (x: number) => new A(x).next();",
  ],
  [
    "overloads and abstract classes",
    "abstract class B { abstract next(x: number): number; }\nclass C extends B { next(x: number) { return x + 1; } }\nfunction f(x: number): number;\nfunction f(x: any) { return new C().next(x); }",
  ],
  [
    "exports and imports of types",
    "import type { Nothing } from './nothing';\nimport * as fs from 'fs';\nexport type T = number;\nexport const f = (x: T): T => x + 1;",
  ],
  ["a class Solution", "class Solution { f(x: number): number { return x + 1; } }"],
  [
    "decorators",
    "const twice = (m: any, _c: any) => function (this: any, ...a: any[]) { return m.apply(this, a); };\nclass A { @twice f(x: number) { return x + 1; } }\nconst f = (x: number) => new A().f(x);",
  ],
  ["JavaScript", "function f(x) { return x + 1; }"],
])("TypeScript with %s", async (_, code) => {
  expect(await typescript(code, two)).toMatchObject({ status: "passed" });
});

test("TypeScript programs read, print, wait, and end as JavaScript does", async () => {
  const program =
    "const [a, b]: number[] = require('fs').readFileSync(0, 'utf8').split(' ').map(Number);\nsetTimeout(() => console.log(a! + b!), 50);";
  expect(await typescript(program, { cases: [{ input: "1 2", output: 3 }] })).toMatchObject({ status: "passed" });
});

test.each<[string, string, RegExp]>([
  ["what is no TypeScript", "let a: = 1;", /^SyntaxError: Unexpected "="\n {4}at program\.ts:1:8$/],
  ["nesting that nothing can read", "(".repeat(500_000), /^SyntaxError: /],
  ["a program without end", " ".repeat(2 << 20), /too long/],
])(
  "%s is the program's failure",
  async (_, code, message) => {
    const verdict = await typescript(code, two);
    expect(verdict).toMatchObject({ status: "crash", score: 0 });
    expect(verdict.cases[0]!.message).toMatch(message);
  },
  20_000,
);
