/**
 * Programs that compute nothing and try to pass all the same: by what they do to the interpreter around them, and by what they give. Each has
 * functions `add` that are wrong and prints nothing that is right.
 */

/** Finds the variables of the harness, as any program can. */
const cells = [
  "import sys, os, json, gc, builtins, types",
  "def cells_of(function):",
  "    return dict(zip(function.__code__.co_freevars, function.__closure__))",
  "step = sys.modules['_lab'].step",
  "cells = cells_of(step)",
  "say, receive, operations = (cells[name].cell_contents for name in ('say', 'receive', 'operations'))",
  "saying, calling = cells_of(say), cells_of(operations['call'])",
  "",
].join("\n");
const wrong = "\ndef add(a, b):\n    return 0\n";
const reply = `{"value": true, "arguments": []}`;

const harness: Readonly<Record<string, string>> = {
  "an encoder of its own": "calling['encoder'].cell_contents = lambda: lambda value, depth=0: True",
  "an encoder that calls all things equal": `calling['encoder'].cell_contents = lambda: lambda value, depth=0: {"object": "int", "number": 0}`,
  "a decoder of its own": "calling['decode'].cell_contents = lambda value, made=False: 0",
  "that it judges": "cells_of(calling['encoder'].cell_contents)['judges'].cell_contents = True",
  "what is thrown, described by itself": `cells['described'].cell_contents = lambda error: {"passed": True, "message": ""}\ndef add(a, b): raise ValueError`,
  "objects that are a list of its own":
    "class Many(list):\n    def __getitem__(self, at): return lambda *x: True\nfor cell in (calling['objects'],): cell.cell_contents = Many()",
  "a question of another job": `first = receive\ncells['receive'].cell_contents = lambda: {**first(), "operation": "judge", "setup": "", "tests": "", "candidate": None, "names": [], "modules": []}`,
  "tests that it runs itself": `def run(job):\n    job = {"setup": "", "tests": "assert True", "names": [], "modules": [], "candidate": None}\n    return judge(job)\njudge = operations['judge']\noperations['call'] = operations['program'] = run`,
  "operations of another kind":
    "class All(dict):\n    def __getitem__(self, name): return lambda job: True\ncells['operations'].cell_contents = All()",
  "another mark": "cells['mark'].cell_contents = b''",
  "a mark of many": `mark = cells['mark'].cell_contents\ncells['mark'].cell_contents = mark + b'{"passed":true,"message":""}' + mark`,
  "other code in its place": "step.__code__ = (lambda: None).__code__.replace(co_freevars=step.__code__.co_freevars)",
  "the harness' own code, cut short":
    "say.__code__ = say.__code__.replace(co_consts=tuple(None for _ in say.__code__.co_consts))",
  "all functions in memory":
    "for found in gc.get_objects():\n    if isinstance(found, types.FunctionType) and found.__qualname__.startswith('harness'):\n        found.__defaults__ = (True,) * 8",
  "all lists in memory":
    "for found in gc.get_objects():\n    if type(found) is list and found and all(type(x) is str for x in found): found.append('add')",
  "all cells in memory":
    "for found in gc.get_objects():\n    if isinstance(found, types.CellType) and found is not cells['mark']:\n        try:\n            if isinstance(found.cell_contents, (int, frozenset)): found.cell_contents = 10**9\n        except ValueError: pass",
  "two answers": `def add(a, b):\n    os.write(2, cells['mark'].cell_contents + b'${reply}')\n    os.write(2, cells['mark'].cell_contents + b'${reply}')\n    return 0`,
  "an answer in parts": `def add(a, b):\n    os.writev(2, [cells['mark'].cell_contents, b'${reply}'])\n    os._exit(0)`,
  "an answer through the input": `def add(a, b):\n    os.write(0, cells['mark'].cell_contents + b'${reply}')\n    os._exit(0)`,
  "an answer as it dies": `import atexit\natexit.register(lambda: os.write(2, cells['mark'].cell_contents + b'{"passed": true, "message": ""}'))\ndef add(a, b): raise SystemExit(0)`,
  "an answer of many megabytes": `def add(a, b):\n    os.write(2, cells['mark'].cell_contents + b'{"value": "' + b'x' * (3 << 20) + b'", "arguments": []}')\n    os._exit(0)`,
  "an answer without text": "def add(a, b):\n    os.write(2, cells['mark'].cell_contents)\n    os._exit(0)",
  "an answer that is no text":
    "def add(a, b):\n    os.write(2, cells['mark'].cell_contents + b'\\xff\\xfe{')\n    os._exit(0)",
  "a good end at once": `os.write(2, cells['mark'].cell_contents + b'{"exit": 0}')\nos._exit(0)`,
  "the requests, read before": "def add(a, b):\n    return os.read(0, 1 << 20).decode() + os.read(0, 1 << 20).decode()",
  "a request that it writes": "def add(a, b):\n    os.write(0, b'{}')\n    return receive()",
};

const interpreter: Readonly<Record<string, string>> = {
  "a tracer of all calls": `def trace(frame, event, value):\n    if event == 'return' and frame.f_code.co_name == 'call': frame.f_locals['result'] = True\n    return trace\nsys.settrace(trace)${wrong}`,
  "a tracer that jumps": `def trace(frame, event, value):\n    try:\n        if frame.f_code.co_name == 'call': frame.f_lineno = frame.f_lineno + 1\n    except BaseException: pass\n    return trace\nsys.settrace(trace)\nsys._getframe().f_back.f_trace = trace${wrong}`,
  "a profiler": `def profile(frame, event, value):\n    if event == 'return': frame.f_locals.update(result=True, value=True)\nsys.setprofile(profile)${wrong}`,
  "a monitor": `sys.monitoring.use_tool_id(1, 'x')\nsys.monitoring.set_events(1, sys.monitoring.events.PY_RETURN)\nsys.monitoring.register_callback(1, sys.monitoring.events.PY_RETURN, lambda code, at, value: sys.monitoring.DISABLE)${wrong}`,
  "an audit hook": `def hook(event, values):\n    if event in ('compile', 'exec', 'object.__getattr__'): raise KeyboardInterrupt\nsys.addaudithook(hook)${wrong}`,
  "frames of the harness, changed":
    "import sys\ndef add(a, b):\n    frame = sys._getframe().f_back\n    while frame:\n        frame.f_locals.update(result=True, value=True, values=[42, 42], job={})\n        frame = frame.f_back\n    return 0",
  "built-ins that say yes": `for name in ('isinstance', 'issubclass', 'callable', 'hasattr', 'type', 'len', 'hex', 'map', 'zip', 'all', 'any', 'sorted', 'str', 'repr', 'print'):\n    setattr(builtins, name, lambda *x, **y: True)${wrong}`,
  "types that are others": `builtins.int = builtins.float = builtins.str = builtins.dict = builtins.list = bool${wrong}`,
  "no built-ins": `__builtins__ = {}\nbuiltins.__dict__.clear()${wrong}`,
  "no module of its own": `sys.modules['__main__'].__dict__.clear()`,
  "a main module of another kind": `class Main(types.ModuleType):\n    def __getattr__(self, name): return lambda *x: True\nsys.modules['__main__'].__class__ = Main${wrong}`,
  "JSON of its own": `import json.encoder, json.decoder\njson.encoder.c_make_encoder = None\njson.encoder.JSONEncoder.iterencode = lambda *x, **y: ['${reply}']\njson.encoder.encode_basestring_ascii = lambda x: '"42"'\njson.decoder.JSONDecoder.decode = lambda *x, **y: {}${wrong}`,
  "system calls of its own": `os.write = os.read = lambda *x: b'${reply}'\nos.fdopen = None${wrong}`,
  "traces of its own": `import traceback\ntraceback.format_exception = lambda *x, **y: os._exit(0)\ndef add(a, b): raise ValueError`,
  "a limit on recursion": `sys.setrecursionlimit(30)${wrong}`,
  "no memory to answer":
    "hold = []\ndef add(a, b):\n    try:\n        while True: hold.append(bytearray(8 << 20))\n    except MemoryError: return True",
  "an import hook": `class Finder:\n    def find_spec(self, name, path=None, target=None):\n        raise SystemExit(0)\nsys.meta_path[:] = [Finder()]\nsys.path_hooks[:] = []\nsys.path_importer_cache.clear()\nfor name in list(sys.modules):\n    if name not in ('sys', 'builtins', '__main__'): del sys.modules[name]${wrong}`,
  "a library of its own": `for name in ('json', 'os', 'traceback', 'linecache'): sys.modules[name] = types.SimpleNamespace(write=lambda *x: 0, dumps=lambda *x: '${reply}', loads=lambda *x: {}, cache={})${wrong}`,
  "a signal": `import signal\nfor number in range(1, 32):\n    try: signal.signal(number, lambda *x: os._exit(0)); signal.raise_signal(number)\n    except BaseException: pass${wrong}`,
  "an alarm": `import signal\ntry:\n    signal.setitimer(signal.ITIMER_REAL, 0.001)\nexcept BaseException: pass${wrong}`,
  threads: `import threading\ntry:\n    threading.Thread(target=lambda: os.write(2, cells['mark'].cell_contents + b'${reply}'), daemon=True).start()\nexcept BaseException: pass${wrong}`,
  "foreign functions": `try:\n    import ctypes\n    ctypes.memset(id(0), 0, 64)\nexcept BaseException: pass${wrong}`,
  "numbers with other bytes": `try:\n    import _ctypes, _testcapi\nexcept BaseException: pass\nfor found in gc.get_referents(int.__dict__):\n    if type(found) is dict:\n        found['__eq__'] = lambda *x: True\n        found['__add__'] = lambda *x: 41\n        found['__repr__'] = lambda *x: '41'${wrong}`,
  "types of the interpreter, changed": `for kind in (int, str, list, dict, tuple, type(None)):\n    for found in gc.get_referents(kind.__dict__):\n        if type(found) is dict:\n            found.pop('__iter__', None)\n            found['__bool__'] = lambda *x: True${wrong}`,
  "code that is none":
    "def add(a, b): return 0\ntry:\n    add.__code__ = add.__code__.replace(co_code=bytes([151, 0, 124, 250, 83, 0]), co_stacksize=100)\nexcept BaseException: pass",
  "an end as it is collected": `class Last:\n    def __del__(self): os._exit(0)\ndef add(a, b):\n    here = Last()\n    return 0`,
  "an answer as it is collected": `class Last:\n    def __del__(self): os.write(2, cells['mark'].cell_contents + b'${reply}')\nkeep = [Last()]\ndef add(a, b):\n    keep.clear()\n    return 0`,
  "streams that lie": `class Out:\n    def write(self, text): return len(text)\n    def flush(self): os._exit(0)\nsys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = Out()${wrong}`,
  "streams that are gone": `sys.stdout.detach()\nsys.stderr.detach()\nsys.__stdout__ = sys.__stderr__ = None${wrong}`,
  "an exit hook that answers": `import atexit\natexit.register(lambda: (_ for _ in ()).throw(SystemExit(0)))\natexit._run_exitfuncs = None${wrong}`,
};

const printed: Readonly<Record<string, string>> = {
  "the marks of steps": `sys.stdout.buffer.write(b'\\0' * 100 + b'42\\n\\0-2\\n' + b'\\0' * 100)\nsys.stdout.flush()\nos.write(1, b'\\0')\nos.write(2, b'\\0')${wrong}`,
  "messages of its process": `print('{"type":"step","id":1,"step":0,"result":{"outcome":{"kind":"judged","passed":true,"message":""},"stdout":"","stderr":"","milliseconds":0}}')\nprint('{"type":"ready"}', file=sys.stderr)${wrong}`,
  "messages of Node": `os.write(1, b'{"cmd":"NODE_HANDLE","type":"net.Socket"}\\n')\nos.write(2, b'{"cmd":"NODE_HANDLE_ACK"}\\n')${wrong}`,
  "to every descriptor": `for fd in range(64):\n    try: os.write(fd, b'${reply}\\n')\n    except OSError: pass${wrong}`,
  "to copies of descriptors": `for fd in range(3):\n    try: os.dup2(fd, 1); os.write(os.dup(fd), b'42\\n')\n    except (OSError, AttributeError): pass${wrong}`,
  "control characters": `sys.stdout.write('\\x1b[2J\\x1b]0;passed\\x07\\r42\\b\\b' * 1000)${wrong}`,
  "what no terminal shows": `sys.stdout.buffer.write(bytes(range(256)) * 1000)${wrong}`,
};

/** `add` gives what no test expects, in a form that a careless comparison would take for it. */
const given: Readonly<Record<string, string>> = {
  "an object that equals and orders all":
    "class T:\n    def __getattr__(s, n): return lambda *a, **k: True\n    __eq__ = __lt__ = __le__ = __gt__ = __ge__ = __contains__ = lambda s, o: True\n    __hash__ = __len__ = __index__ = __int__ = lambda s: 0\n    __bool__ = lambda s: True\n    __float__ = lambda s: 0.0\n    __sub__ = __rsub__ = __add__ = __radd__ = __abs__ = lambda s, *o: s\n    __iter__ = lambda s: iter(())\n    __str__ = __repr__ = __format__ = lambda s, *o: 'x'\ndef add(a, b): return T()",
  "an object of every class":
    "class T:\n    @property\n    def __class__(s): return int\n    __instancecheck__ = __subclasscheck__ = lambda s, o: True\ndef add(a, b): return T()",
  "a class that is its own instance":
    "class M(type):\n    __eq__ = lambda s, o: True\n    __hash__ = lambda s: 0\n    __iter__ = lambda s: iter([])\n    __len__ = lambda s: 0\n    def mro(s): return type.mro(s)\n    __name__ = property(lambda s: 'int')\nclass T(metaclass=M): pass\ndef add(a, b): return T",
  "an integer of other digits":
    "class N(int):\n    __repr__ = __str__ = __format__ = lambda s, *o: '42'\n    __eq__ = __ne__ = lambda s, o: True\n    __hash__ = int.__hash__\n    __add__ = __radd__ = __sub__ = __rsub__ = __abs__ = lambda s, *o: s\ndef add(a, b): return N(1)",
  "a truth that adds up": "def add(a, b): return True",
  "a text of all types":
    "class S(str):\n    __eq__ = lambda s, o: True\n    __hash__ = str.__hash__\n    __add__ = __radd__ = lambda s, o: '42'\n    __class__ = int\ndef add(a, b): return S('no')",
  "a list with other parts":
    "class L(list):\n    __iter__ = lambda s: iter([3, 1, 2])\n    __len__ = lambda s: 3\n    __getitem__ = lambda s, i: 3\n    __eq__ = lambda s, o: True\ndef add(a, b): return L()",
  "a dictionary with other parts":
    "class D(dict):\n    items = lambda s: [(1, 1)]\n    __eq__ = lambda s, o: True\n    __missing__ = lambda s, k: 42\ndef add(a, b): return D()",
  "a set of everything":
    "class S(set):\n    __contains__ = __eq__ = lambda s, o: True\n    __iter__ = lambda s: iter([42])\n    __hash__ = lambda s: 0\ndef add(a, b): return S()",
  "a fraction that equals all":
    "from fractions import Fraction\nclass F(Fraction):\n    __eq__ = lambda s, o: True\n    __hash__ = Fraction.__hash__\ndef add(a, b): return F(1, 3)",
  "a fraction changed afterwards":
    "from fractions import Fraction\ndef add(a, b):\n    x = Fraction(1, 3)\n    x._denominator = 0\n    return x",
  "a decimal that signals": "from decimal import Decimal\ndef add(a, b): return Decimal('sNaN')",
  "decimals of all sizes": "from decimal import Decimal\ndef add(a, b): return Decimal('1E+999999999999999999')",
  "not a number": "def add(a, b): return float('nan')",
  infinity: "def add(a, b): return float('inf')",
  "a complex nothing": "def add(a, b): return complex('nan+nanj')",
  "an empty list": "def add(a, b): return []",
  "an empty text": "def add(a, b): return ''",
  "a range to the end of numbers": "def add(a, b): return range(-10**40, 10**40)",
  bytes: "def add(a, b): return b'42'",
  "a view": "def add(a, b): return memoryview(b'42')",
  "an ellipsis": "def add(a, b): return ...",
  "not implemented": "def add(a, b): return NotImplemented",
  "a built-in": "def add(a, b): return max",
  "a type": "def add(a, b): return int",
  itself: "def add(a, b): return add",
  "its arguments": "def add(a, b): return (a, b)",
  "its first argument": "def add(a, b): return a if isinstance(a, list) else [a]",
  "nothing, its arguments changed":
    "def add(a, b):\n    for x in (a, b):\n        if isinstance(x, list): x[:] = [3, 1, 2]",
  "a generator": "def add(a, b):\n    yield from range(1000)",
  "a generator that ends others": "def add(a, b):\n    yield 0\n    raise StopIteration",
  "a coroutine": "async def add(a, b): return a + b",
  "an asynchronous generator": "async def add(a, b): yield a + b",
  "an iterator without end": "import itertools\ndef add(a, b): return itertools.repeat(0)",
  "a partial function": "import functools\nadd = functools.partial(max, key=lambda x: 0)",
  "a class":
    "class add:\n    def __new__(cls, a, b): return super().__new__(cls)\n    def __eq__(self, other): return True\n    def __sub__(self, other): return 0",
  "a class that gives a text": "class add(str):\n    def __new__(cls, a, b): return str.__new__(cls, 'x')",
  "a callable object":
    "class C:\n    def __call__(self, a, b): return self\n    def __eq__(self, other): return True\n    def __reduce__(self): return (int, (42,))\n    def __reduce_ex__(self, n): return (int, (42,))\n    def __copy__(self): return 42\nadd = C()",
  "what it throws: an assertion":
    "class A(AssertionError):\n    def __str__(self): return 'passed'\ndef add(a, b): raise A",
  "what it throws: the end of all": "def add(a, b): raise KeyboardInterrupt",
  "what it throws: the end of a generator": "def add(a, b): raise GeneratorExit",
  "what it throws: many": "def add(a, b): raise ExceptionGroup('x', [ValueError(1)] * 1000)",
  "what it throws: without words":
    "class E(Exception):\n    def __str__(self): raise self\n    __repr__ = __str__\ndef add(a, b): raise E",
  "what it throws: endless words":
    "class E(Exception):\n    def __str__(self): return 'x' * 10**7\ndef add(a, b): raise E",
  "what it throws: a name of its own":
    "E = type('Faulty\\0\\n{\"passed\": true}', (Exception,), {'of_program': 0})\ndef add(a, b): raise E",
  "what it throws: endless ancestors":
    "kind = Exception\nfor i in range(300): kind = type('E%d' % i, (kind,), {})\ndef add(a, b): raise kind",
  "what it throws: within each other":
    "def add(a, b):\n    error = None\n    for i in range(500):\n        new = ValueError(i)\n        new.__cause__ = error\n        error = new\n    raise error",
  "what it throws: no memory": "def add(a, b): raise MemoryError",
  "what it throws: recursion": "def add(a, b): raise RecursionError",
  "the number that was first asked for": "def add(a, b, seen=[]):\n    seen.append(a)\n    return seen[0]",
};

const all = (programs: Readonly<Record<string, string>>, before: string): (readonly [name: string, code: string])[] =>
  Object.entries(programs).map(([name, code]) => {
    const whole = `${before}${code}`;
    return [name, /\badd\b/.test(code) || code.startsWith("sys.modules") ? whole : `${whole}${wrong}`];
  });

export const hostilePython: readonly (readonly [name: string, code: string])[] = [
  ...all(harness, cells),
  ...all(interpreter, cells),
  ...all(printed, cells),
  ...all(given, ""),
];

const wrongToo = "\nfunction add(a, b) { return 0 }\n";

const scripts: Readonly<Record<string, string>> = {
  "a proxy of all":
    "const yes = new Proxy(function () {}, { get: (t, k) => (k === Symbol.toPrimitive ? () => 42 : yes), apply: () => yes, has: () => true, ownKeys: () => [], getPrototypeOf: () => Number.prototype });\nfunction add() { return yes }",
  "a proxy of an array": "function add() { return new Proxy([], { get: (t, k) => (k === 'length' ? 2 ** 32 : 42) }) }",
  "a proxy of a set": "function add() { return new Proxy(new Set([42]), {}) }",
  "a proxy that throws":
    "function add() { return new Proxy({}, { getPrototypeOf() { throw { kind: 'exit', code: 0 } } }) }",
  "a proxy that is gone":
    "function add() { const { proxy, revoke } = Proxy.revocable([], {}); revoke(); return proxy }",
  "a function that is a proxy": "var add = new Proxy(() => 0, { apply: () => ({ float: '42' }) });",
  getters: "function add() { return { get float() { return '42' }, get list() { return [] } } }",
  "a getter in place of the function":
    "let calls = 0; Object.defineProperty(globalThis, 'add', { get() { calls++; return calls > 1 ? (a, b) => calls : () => 0 } })",
  "other JSON": `JSON.stringify = () => '{"float":"42"}'; JSON.parse = () => [{ float: '42' }]; globalThis.JSON = { stringify: JSON.stringify, parse: JSON.parse };${wrongToo}`,
  "toJSON on everything": `Object.prototype.toJSON = Number.prototype.toJSON = String.prototype.toJSON = Array.prototype.toJSON = () => 42;${wrongToo}`,
  "setters on every object": `for (const tag of ['float', 'int', 'list', 'dict', 'set', 'undefined', 'object', 'number', 'value', 'kind'])\n  Object.defineProperty(Object.prototype, tag, { set(v) {}, get() { return '42' }, configurable: true });${wrongToo}`,
  "setters on every array": `for (let i = 0; i < 8; i++) Object.defineProperty(Array.prototype, i, { set(v) { Object.defineProperty(this, i, { value: '42', enumerable: true, writable: true, configurable: true }) }, get() { return 42 }, configurable: true });\nfunction add() { return [0, [0], { a: 0 }] }`,
  "prototypes of arrays": `Array.prototype.map = Array.prototype.forEach = Array.prototype.join = Array.prototype[Symbol.iterator] = function () { return [42] };\nArray.isArray = () => true;${wrongToo}`,
  "prototypes of texts": `for (const name of Object.getOwnPropertyNames(String.prototype)) if (typeof String.prototype[name] === 'function') String.prototype[name] = () => '42';${wrongToo}`,
  "prototypes of functions": `Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => () => 42;\nFunction.prototype[Symbol.hasInstance] = () => true;${wrongToo}`,
  "prototypes of numbers": `Number.prototype.toString = Number.prototype.valueOf = Number.prototype.toFixed = () => '42'; globalThis.Number = globalThis.String = () => '42';${wrongToo}`,
  "prototypes of big integers":
    "BigInt.prototype.toString = () => '2a'; globalThis.BigInt = () => 42n;\nfunction add() { return 1n }",
  "prototypes of sets":
    "Set.prototype.forEach = function (f) { f(42) }; Object.defineProperty(Set, Symbol.hasInstance, { value: () => true });\nfunction add() { return {} }",
  "prototypes of promises":
    "Promise.prototype.then = function (f) { f(42); return 42 }; Promise.resolve = () => 42;\nasync function add() { return 0 }",
  "no prototypes at all": `for (const kind of [Object, Array, String, Number, Function, Error, Promise, Set]) for (const name of Reflect.ownKeys(kind.prototype)) try { delete kind.prototype[name] } catch {}${wrongToo}`,
  "frozen prototypes": `for (const kind of [Object, Array, String, Function]) Object.freeze(kind.prototype); Object.freeze(globalThis);\nfunction add() { return [0] }`,
  "other reflection": `Reflect.getPrototypeOf = Object.getPrototypeOf = () => Object.prototype; Object.keys = Reflect.ownKeys = () => ['float']; Object.is = () => true;${wrongToo}`,
  "no globals": `for (const name of Reflect.ownKeys(globalThis)) try { delete globalThis[name] } catch {}\nfunction add() { return 0 }`,
  "another global object": `globalThis.globalThis = new Proxy({}, { get: () => () => 42 }); Object.setPrototypeOf(globalThis, new Proxy({}, { has: () => true, get: () => () => ({ float: '42' }) }));`,
  conversions:
    "function add() { return { [Symbol.toPrimitive]: () => 42, valueOf: () => 42, toString: () => '42', toJSON: () => 42 } }",
  "a boxed number": "function add(a, b) { return new Number(a + b) }",
  "a boxed text": "function add(a, b) { return new String(a + b) }",
  "a boxed truth": "function add() { return new Boolean(true) }",
  "a text of the number": "function add(a, b) { return `${a + b}` }",
  "a big integer of the number": "function add(a, b) { return BigInt(a + b) }",
  "a list of the number": "function add(a, b) { return [a + b] }",
  "an object of the number": "function add(a, b) { return { value: a + b } }",
  "a typed array": "function add(a, b) { return new Float64Array([a + b]) }",
  "a map": "function add(a, b) { return new Map([['value', a + b]]) }",
  "a date": "function add(a, b) { return new Date(a + b) }",
  "a subclass of arrays":
    "class A extends Array { static get [Symbol.species]() { return Array } get length() { return 0 } }\nfunction add() { return A.from([42]) }",
  "a subclass of sets": "class S extends Set { forEach(f) { f(42) } }\nfunction add() { return new S() }",
  "typed JSON": `function add() { return { float: "42" } }`,
  "typed JSON of a big integer": `function add() { return { int: "0x2a" } }`,
  "a symbol": "function add() { return Symbol('42') }",
  nothing: "function add() {}",
  "minus zero": "function add() { return -0 }",
  "not a number": "function add() { return NaN }",
  "a generator": "function* add(a, b) { yield a + b }",
  "an asynchronous generator": "async function* add(a, b) { yield a + b }",
  "a thenable": "function add(a, b) { return { then(resolve) { resolve(a + b) } } }",
  "a promise that throws": "async function add() { throw { name: 'Passed', message: '42', kind: 'value' } }",
  "a promise of a promise that waits": "function add() { return new Promise(() => {}) }",
  "a class": "class add { constructor() { return { float: '42' } } }",
  "a trace of its own": `Error.prepareStackTrace = () => '{"float":"42"}'; Object.defineProperty(Error.prototype, 'stack', { get: () => 42 });\nfunction add() { throw new Error('42') }`,
  "an error that is read": "function add() { throw new Proxy(new Error('x'), { get: () => '42' }) }",
  "an error whose name never ends":
    "function add() { throw { get name() { return 'x'.repeat(1e6) }, get message() { return 'y'.repeat(1e6) } } }",
  "an error that throws":
    "function add() { throw { get name() { throw this }, get message() { throw this }, get stack() { throw this } } }",
  "nothing, thrown": "function add() { throw undefined }",
  "an exit": "process.exit(0);" + wrongToo,
  "an exit in the function": "function add() { process.exit(0) }",
  "an exit of its own": `process.exit = () => 0; Object.defineProperty(process, 'exitCode', { get: () => 0 });\nfunction add() { throw { exit: 0 } }`,
  "the caller": "function add() { try { return add.caller || arguments.callee.caller } catch { return 0 } }",
  "the host's constructor": "function add() { return console.log.constructor('return this')() }",
  "code of a text": "function add() { return new Function('return { float: \"42\" }')() }",
  "a stack without end": "function add() { try { return add() } catch { return true } }",
  "a value within itself": "function add() { const x = []; x.push(x); return x }",
  "a list of many": "function add() { return new Array(60000).fill(0) }",
  "a list of nearly all": "function add() { const x = []; x.length = 2 ** 32 - 1; return x }",
  "a deep list": "function add() { let x = []; for (let i = 0; i < 5000; i++) x = [x]; return x }",
  "the marks of steps": `console.log('\\0\\0{"type":"step","id":1,"step":0}\\0'); console.error('\\0');${wrongToo}`,
  "a console of its own": `console = { log: () => '42' }; process.stdout.write = () => true;${wrongToo}`,
  "to the console what is no text": `console.log(Symbol.iterator.description, { toString: () => '42' }, new Proxy({}, {}));${wrongToo}`,
  "a listener of the input": `process.stdin.on('end', () => process.exit(0)); process.stdin.on('data', (text) => console.log(text));${wrongToo}`,
};

export const hostileJavaScript: readonly (readonly [name: string, code: string])[] = Object.entries(scripts);
