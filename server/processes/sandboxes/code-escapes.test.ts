/** Programs that try to get out of their sandbox, or to get a score that they have not earned. None must. */
import { existsSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { judgeProgram, type CodeStatus } from "../../verifiers/code/verify-code";
import type { CodeTests } from "../../verifiers/code/code-tests";
import type { SandboxPool } from "./sandbox-pool";
import { testSandboxPool } from "./sandbox.testing";

const folder = mkdtempSync(join(realpathSync(tmpdir()), "reasoning-lab-escape-"));
const secret = "kept-from-programs";
const secretFile = join(folder, "secret.txt");
const marker = join(folder, "marker.txt");
let pool: SandboxPool;
let server: Server;
let port = 0;
let connections = 0;

beforeAll(async () => {
  writeFileSync(secretFile, secret);
  process.env["REASONING_LAB_SECRET"] = secret;
  server = createServer((socket) => {
    connections++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
  pool = await testSandboxPool();
});
afterAll(() => {
  pool.close();
  server.close();
  delete process.env["REASONING_LAB_SECRET"];
});

/**
 * Three that are compared outside, and statements that run in an interpreter of their own, each of which another `abs`,
 * comparison, truth or end of an iteration would get through.
 */
const asserts: CodeTests = {
  asserts: [
    "assert add(1, 2) == 3",
    "assert add(20, 22) == 42",
    "assert add(-5, 3) == -2",
    "assert abs(add(20, 22) - 42) < 1e-6",
    "assert abs(add(20, 22) - 42) == 0",
    "difference = add(20, 22) - 42\nassert difference < 1e-6 and -1e-6 < difference",
    "assert all(add(a, b) == a + b for a, b in [(-5, 3), (7, 8)])",
    "assert sorted(map(add, [1, 2], [3, 5])) == [4, 7]",
    "for got, expected in zip(map(add, [1, 2], [3, 5]), [4, 7]):\n    assert got == expected",
    "assert add(7, 8) in [15]",
    "x = [7, 8]\nassert add(x, x) == sorted(x) + sorted(x)",
  ],
};
const calls: CodeTests = {
  function: "add",
  cases: [{ arguments: [20, 22], expected: 42 }],
};
const right = {
  python: "def add(a, b):\n    return a + b",
  javascript: "function add(a, b) { return a + b }",
} as const;

/** `FILE`, `MARKER` and `PORT` stand for what it may not read, write and reach. */
const filled = (code: string) =>
  code
    .replaceAll("FILE", JSON.stringify(secretFile))
    .replaceAll("MARKER", JSON.stringify(marker))
    .replaceAll("PORT", String(port));

async function attempt(language: "python" | "javascript", code: string): Promise<Set<CodeStatus>> {
  const kinds = language === "python" ? [calls, asserts] : [calls];
  const statuses = new Set<CodeStatus>();
  for (const tests of kinds) {
    const verdict = await judgeProgram(filled(code), tests, { language, timeout: 0.35 }, pool.run);
    expect(verdict.score, JSON.stringify(verdict.cases, null, 1)).toBe(0);
    statuses.add(verdict.status);
    for (const { stdout, stderr, message } of verdict.cases) expect(stdout + stderr + message).not.toContain(secret);
    // Time is not spent three times on what takes all of it.
    if (verdict.status === "timeout") break;
  }
  const next = await judgeProgram(right[language], calls, { language }, pool.run);
  expect(next.status, JSON.stringify(next.cases)).toBe("passed");
  expect(existsSync(marker)).toBe(false);
  expect(connections).toBe(0);
  expect(readFileSync(secretFile, "utf8")).toBe(secret);
  return statuses;
}

const wrong = "\ndef add(a, b):\n    return 0\n";
/** Tries something, prints what it got, and is wrong. */
const tries = (lines: string) =>
  `try:\n${lines.replace(/^/gm, "    ")}\nexcept BaseException as error:\n    print(type(error), error)${wrong}`;

const python: readonly (readonly [name: string, code: string])[] = [
  ["a shell", tries("import os\nprint(os.system('touch ' + MARKER))")],
  ["a pipe to a shell", tries("import os\nprint(os.popen('cat ' + FILE).read())")],
  ["a subprocess", tries("import subprocess\nprint(subprocess.run(['touch', MARKER]))")],
  ["fork", tries("import os\nprint(os.fork())")],
  ["exec", tries("import os\nos.execv('/bin/touch', ['touch', MARKER])")],
  ["spawn", tries("import posix\nprint(posix.posix_spawn('/bin/touch', ['touch', MARKER], {}))")],
  ["signals to the host", tries("import os\nos.kill(os.getppid(), 9)")],
  ["multiprocessing", tries("import multiprocessing\nmultiprocessing.Process(target=print).start()")],
  ["a thread", tries("import threading\nthreading.Thread(target=lambda: print(1)).start()")],
  ["a thread below threading", tries("import _thread\n_thread.start_new_thread(print, (1,))")],
  ["foreign functions", tries("import ctypes\nprint(ctypes.CDLL(None).system(b'ls'))")],
  ["a bridge to JavaScript", tries("import js\njs.process.exit(0)")],
  ["a file of the host", tries("print(open(FILE).read())")],
  [
    "a file through descriptors",
    tries("import os\nfor fd in range(3, 64):\n    try: print(os.read(fd, 100))\n    except OSError: pass"),
  ],
  ["the file system's root", tries("import os\nprint(os.listdir('/'), os.listdir('..'), os.listdir('/proc'))")],
  ["a new file", tries("open(MARKER, 'w').write('x')")],
  ["a temporary file", tries("import tempfile\ntempfile.NamedTemporaryFile(dir=MARKER[:-10]).write(b'x')")],
  [
    "a symbolic link",
    tries(
      "import os\nos.symlink(FILE, '/usr/local/lib/python3.12/x')\nprint(open('/usr/local/lib/python3.12/x').read())",
    ),
  ],
  ["a path that climbs", tries("print(open('/usr/local/lib/../../..' + FILE).read())")],
  ["a mapped file", tries("import mmap, os\nprint(mmap.mmap(os.open(FILE, os.O_RDONLY), 0)[:])")],
  ["the process' own files", tries("print(open('/proc/self/environ').read(), open('/proc/self/maps').read())")],
  ["a socket", tries("import socket\nsocket.create_connection(('127.0.0.1', PORT), 1)")],
  ["a raw socket call", tries("import _socket\ns = _socket.socket(2, 1)\ns.connect(('127.0.0.1', PORT))")],
  [
    "a download",
    tries("import urllib.request\nprint(urllib.request.urlopen('http://127.0.0.1:PORT/', timeout=1).read())"),
  ],
  ["asyncio", tries("import asyncio\nasyncio.run(asyncio.open_connection('127.0.0.1', PORT))")],
  ["the environment", tries("import os\nprint(dict(os.environ), os.getenv('REASONING_LAB_SECRET'), os.environb)")],
  ["the arguments", tries("import sys\nprint(sys.argv, sys.orig_argv, sys.executable)")],
  ["exit at the top", "import sys\nsys.exit(0)"],
  ["exit in the function", "import sys\ndef add(a, b):\n    sys.exit(0)"],
  ["a hard exit", "import os\ndef add(a, b):\n    os._exit(0)"],
  ["a hard exit at the top", "import os\nos._exit(0)"],
  ["quit", "def add(a, b):\n    quit()"],
  ["an exit hook", `import atexit, os\natexit.register(lambda: os._exit(0))${wrong}`],
  ["an abort", "import os\ndef add(a, b):\n    os.abort()"],
  [
    "equality that is always true",
    "class T:\n    __eq__ = lambda s, o: True\n    __ne__ = lambda s, o: False\n    __hash__ = lambda s: 0\n    __bool__ = lambda s: True\n    __lt__ = __le__ = __gt__ = __ge__ = lambda s, o: True\n    __sub__ = __rsub__ = __abs__ = lambda s, *o: s\ndef add(a, b):\n    return T()",
  ],
  [
    "an integer that equals all",
    "class N(int):\n    __eq__ = lambda s, o: True\n    __hash__ = int.__hash__\n    __sub__ = lambda s, o: N(0)\n    __abs__ = lambda s: N(0)\n    __lt__ = lambda s, o: True\ndef add(a, b):\n    return N(0)",
  ],
  [
    "a float that equals all",
    "class N(float):\n    __eq__ = lambda s, o: True\n    __repr__ = lambda s: '3'\ndef add(a, b):\n    return N(0.5)",
  ],
  [
    "a text that equals all",
    "class S(str):\n    __eq__ = lambda s, o: True\n    __hash__ = str.__hash__\ndef add(a, b):\n    return S('x')",
  ],
  [
    "a type that lies about itself",
    "class T:\n    __class__ = int\n    __index__ = __int__ = lambda s: 3\n    __eq__ = lambda s, o: True\ndef add(a, b):\n    return T()",
  ],
  [
    "a metaclass",
    "class M(type):\n    __eq__ = lambda s, o: True\n    __hash__ = lambda s: 0\n    __instancecheck__ = lambda s, o: True\nclass T(metaclass=M): pass\ndef add(a, b):\n    return T",
  ],
  [
    "other built-ins",
    `import builtins\nbuiltins.abs = lambda x: 0\nbuiltins.all = lambda x: True\nbuiltins.sorted = lambda x: [4, 7]\nbuiltins.isinstance = lambda *x: True\nbuiltins.AssertionError = ValueError\nbuiltins.hex = lambda x: '0x3'\nbuiltins.type = lambda x: int${wrong}`,
  ],
  [
    "names of built-ins",
    "def abs(x): return 0\ndef all(x): return True\ndef sorted(x): return [4, 7]\ndef map(*x): return []\ndef AssertionError(*x): return None\ndef candidate(a, b): return a + b" +
      wrong,
  ],
  ["another check", `def check(candidate): pass${wrong}`],
  [
    "another writer of values",
    `import json\njson.dumps = lambda *x, **y: '{"value": {"int": "0x3"}}'\njson.JSONEncoder.encode = json.dumps${wrong}`,
  ],
  [
    "another harness",
    `import sys, types\nlab = types.ModuleType('_lab')\nlab.step = lambda: None\nsys.modules['_lab'] = lab${wrong}`,
  ],
  ["an import that is its own", `import builtins\nbuiltins.__import__ = lambda *x, **y: None${wrong}`],
  [
    "import hooks",
    `import sys\nclass F:\n    def find_spec(self, *x): print(x)\nsys.meta_path.insert(0, F())\nsys.modules.clear()${wrong}`,
  ],
  [
    "an answer in place of the harness",
    `import sys, os\ncells = {name: cell for name, cell in zip(sys.modules['_lab'].step.__code__.co_freevars, sys.modules['_lab'].step.__closure__)}\ndef add(a, b):\n    mark = cells['mark'].cell_contents\n    os.write(2, mark + b'{"value": true}')\n    os.write(2, mark + b'{"exit": 0}')\n    os._exit(0)`,
  ],
  [
    "an argument that it empties",
    "def add(a, b):\n    if isinstance(a, list):\n        a.clear()\n        b.clear()\n        return []",
  ],
  [
    "names that are not its own",
    `import sys, os\ncells = {name: cell for name, cell in zip(sys.modules['_lab'].step.__code__.co_freevars, sys.modules['_lab'].step.__closure__)}\noperations = cells['operations'].cell_contents\noperations['load'] = lambda job: {"names": ["add", "__builtins__", "abs", "all", "sorted", "AssertionError", "x"], "modules": ["os", "x.y"]}\ndef add(a, b):\n    return 0`,
  ],
  [
    "an answer of its own at once",
    `import sys, os\ncells = {name: cell for name, cell in zip(sys.modules['_lab'].step.__code__.co_freevars, sys.modules['_lab'].step.__closure__)}\ndef add(a, b):\n    os.write(2, cells['mark'].cell_contents + b'{"function": "add", "value": {"own": 0}, "arguments": []}')\n    return 0`,
  ],
  [
    "the frames above",
    "import sys\ndef add(a, b):\n    frame, found = sys._getframe(), []\n    while frame:\n        found += [x for x in frame.f_code.co_consts if isinstance(x, int)]\n        found += [x for x in frame.f_locals.values() if isinstance(x, int)]\n        frame = frame.f_back\n    found = [x for x in found if x not in (a, b)]\n    return found[0] if found else 0",
  ],
  [
    "everything in memory",
    "import gc\ndef add(a, b):\n    texts = [x for x in gc.get_objects() if isinstance(x, dict) and 'expected' in x]\n    return texts[0]['expected'] if texts else 0",
  ],
  [
    "the input",
    "import os\ndef add(a, b):\n    try:\n        return int(os.read(0, 100) or 0)\n    except OSError:\n        return 0",
  ],
  [
    "a trace function",
    `import sys\ndef t(frame, event, value):\n    frame.f_locals.update(result=3)\n    return t\nsys.settrace(t)${wrong}`,
  ],
  ["the end of an iteration", "def add(a, b):\n    raise StopIteration"],
  ["an assertion of its own", "def add(a, b):\n    raise AssertionError"],
  [
    "a passed test as exception",
    "class AssertionError(Exception): pass\ndef add(a, b):\n    raise AssertionError('passed')",
  ],
  ["printing that it passed", `print('PASS')\nprint('1 passed')\nprint('OK')${wrong}`],
  [
    "closed streams",
    `import sys, os\nsys.stdout.close()\nsys.stderr.close()\nos.close(0)\nos.close(1)\nos.close(2)${wrong}`,
  ],
  ["a generator for a value", "def add(a, b):\n    while True:\n        yield 3"],
  ["a value within itself", "def add(a, b):\n    x = []\n    x.append(x)\n    return x"],
  ["a huge value", "def add(a, b):\n    return [0] * 10**7"],
  ["a deep stack", "import sys\nsys.setrecursionlimit(10**9)\ndef add(a, b):\n    return add(a, b)"],
  ["a deep value", "def add(a, b):\n    x = []\n    for i in range(10**5):\n        x = [x]\n    return x"],
  ["deep brackets", "def add(a, b):\n    return eval('(' * 10**5 + ')' * 10**5)"],
  ["a memory bomb", `x = []\nwhile True:\n    x.append(bytearray(50 * 10**6))${wrong}`],
  [
    "a memory bomb that goes on",
    "def add(a, b):\n    x = []\n    while True:\n        try:\n            x.append(' ' * 10**7)\n        except MemoryError:\n            pass",
  ],
  ["endless", "while True:\n    pass"],
  [
    "endless in spite of all",
    "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass",
  ],
  ["endless arithmetic", "def add(a, b):\n    return 9**9**9"],
  ["an endless expression", "import re\ndef add(a, b):\n    return re.match('(a+)+$', 'a' * 40 + '!')"],
  ["an endless sleep", "import time\nwhile True:\n    time.sleep(3600)"],
  ["endless printing", "while True:\n    print('x' * 1000)"],
];

test.concurrent.each(python)("Python: %s", async (_name, code) => {
  await attempt("python", code);
});

const wrongToo = "\nfunction add(a, b) { return 0 }";
const triesToo = (lines: string) => `try { ${lines} } catch (error) { console.log(String(error)) }${wrongToo}`;

const javascript: readonly (readonly [name: string, code: string])[] = [
  ["a child process", triesToo("require('child_process').execSync('touch ' + MARKER)")],
  ["a file", triesToo("console.log(require('fs').readFileSync(FILE, 'utf8'))")],
  ["a new file", triesToo("require('fs').writeFileSync(MARKER, 'x')")],
  ["an import", triesToo("import('fs').then((fs) => fs.writeFileSync(MARKER, 'x'))")],
  [
    "modules of the interpreter",
    triesToo("import('os').then((os) => os.exec(['touch', MARKER])); std.open(FILE, 'r')"),
  ],
  ["bindings of Node", triesToo("process.binding('fs'); process.getBuiltinModule('fs')")],
  [
    "the host's constructor",
    triesToo(
      "console.log(console.log.constructor('return process.mainModule')().require('fs').readFileSync(FILE, 'utf8'))",
    ),
  ],
  [
    "the host through a trace of calls",
    triesToo("Error.prepareStackTrace = (e, s) => s; console.log(new Error().stack[0].getThis().process.env)"),
  ],
  ["the environment", triesToo("console.log(JSON.stringify(process.env), JSON.stringify(globalThis))")],
  [
    "the network",
    triesToo("fetch('http://127.0.0.1:PORT/'); new WebSocket('ws://127.0.0.1:PORT/'); new XMLHttpRequest()"),
  ],
  ["a worker", triesToo("new Worker('data:,1'); require('worker_threads')")],
  ["shared memory", triesToo("Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)")],
  ["WebAssembly", triesToo("new WebAssembly.Memory({ initial: 60000 })")],
  ["an exit code", "process.exit(0)"],
  ["an exit code in the function", "function add() { process.exit(0) }"],
  [
    "other prototypes",
    `Object.defineProperty(Number.prototype, 'valueOf', { value() { return 3 } }); Array.prototype.every = () => true; Object.is = () => true; JSON.stringify = () => '3'; Object.prototype.float = '3'; Array.prototype.map = () => ['{"float":"3"}']; Object.keys = () => []; function add() { return { toString() { return '3' }, toJSON() { return 3 } } }`,
  ],
  ["conversions that lie", "function add() { return { valueOf: () => 3, [Symbol.toPrimitive]: () => 3, float: '3' } }"],
  [
    "a proxy",
    "function add() { return new Proxy({}, { get: () => 3, ownKeys: () => ['float'], getOwnPropertyDescriptor: () => ({ value: '3', enumerable: true, configurable: true }) }) }",
  ],
  ["a number object", "function add(a, b) { return new Number(a + b) }"],
  ["text for a number", "function add(a, b) { return String(a + b) }"],
  ["a getter that never ends", "function add() { return { get x() { for (;;); } } }"],
  ["a promise that never settles", "function add() { return new Promise(() => {}) }"],
  ["endless promises", "const again = () => Promise.resolve().then(again); again();" + wrongToo],
  ["a stack without end", "function add(a, b) { return add(a, b) }"],
  ["a memory bomb", "const x = []; while (true) x.push(new Uint8Array(1e6))"],
  [
    "a memory bomb that goes on",
    "function add() { const x = []; for (;;) try { x.push('x'.repeat(1e6) + x.length) } catch {} }",
  ],
  ["endless", "for (;;);"],
  ["an endless expression", "function add() { return /(a+)+$/.test('a'.repeat(40) + '!') }"],
  ["endless arithmetic", "function add() { return 9n ** 9n ** 9n }"],
  ["endless printing", "for (;;) console.log('x'.repeat(1000))"],
  ["an answer as typed JSON", `function add() { return { float: "3" } }`],
];

test.concurrent.each(javascript)("JavaScript: %s", async (_name, code) => {
  await attempt("javascript", code);
});

test.each<readonly [name: string, code: string]>([
  ["only the first line", "print(1)"],
  ["the lines of another case", "print('1\\n2\\n3')\nprint('4\\n5\\n6')"],
  ["the input as output", "print(open(0).read())"],
  ["what a wrapper might look for", "print('1', 'PASS', '\\x00', sep='\\n')"],
  ["a right answer to another stream", "import sys\nprint('1\\n2\\n3', file=sys.stderr)"],
  ["nothing, with a good exit code", "import sys\nsys.exit(0)"],
])("printed: %s", async (_name, code) => {
  const tests = {
    cases: [
      { input: "3\n", output: "1\n2\n3\n" },
      { input: "6\n", output: "4\n5\n6\n" },
    ],
  };
  const verdict = await judgeProgram(code, tests, {}, pool.run);
  expect(verdict.score).toBe(0);
});
