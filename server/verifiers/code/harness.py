# Runs inside the sandbox: loads a program, calls it, and says what came of it as typed JSON. It knows no expected value.
# The image of the interpreter is made from this file (python-image.ts): everything up to `stop` has happened before a
# program begins. A program may change whatever it finds here; that changes only what is said about itself.


def harness():
    import sys
    import abc, array, ast, atexit, bisect, builtins, cmath, collections, copy, dataclasses, datetime, decimal, enum
    import fractions, functools, gc, hashlib, heapq, importlib, io, itertools, json, math, numbers, operator, os, random, re
    import statistics, string, struct, textwrap, time, traceback, types, typing

    main = sys.modules["__main__"].__dict__
    # It is spoken to through the input, before the program's own, and speaks through the errors, under a mark.
    request_descriptor, reply_descriptor = 0, 2
    mark = b""
    read, write, clock = os.read, os.write, time.time
    loads, dumps = json.loads, json.dumps
    most_nodes, most_given, deepest, longest = 50_000, 500_000, 100, 20_000

    known_modules = sys.stdlib_module_names

    known_builtins = dict(vars(builtins))
    judges = False

    class Faulty(BaseException):
        pass

    class Unusable(Exception):
        pass

    class Remote:
        pass

    # What has no literal crosses as a number; its methods are called where it lives.
    objects = []

    def encoder():
        count = 0

        def encode(value, depth=0):
            nonlocal count
            count += 1
            if judges and count > most_given:
                raise Faulty(f"the tests hand the program more than {most_given} parts")
            if not judges and count > most_nodes:
                raise Unusable(f"the result has more than {most_nodes} parts")
            if depth > deepest:
                raise Unusable(f"the result is nested deeper than {deepest}")
            each = lambda values: [encode(item, depth + 1) for item in values]
            # By exact type or the base class' own methods: what a subclass overloads is not asked.
            kind = type(value)
            if value is None or kind is bool or kind is str:
                return value
            if issubclass(kind, int):
                return {"int": hex(int.__add__(value, 0))}
            if issubclass(kind, float):
                return {"float": float.__repr__(value)}
            if issubclass(kind, str):
                return str.__add__(value, "")
            if issubclass(kind, complex):
                return {"complex": [float.__repr__(complex.real.__get__(value)), float.__repr__(complex.imag.__get__(value))]}
            if issubclass(kind, list):
                return {"list": each(list.__iter__(value))}
            if issubclass(kind, tuple):
                return {"tuple": each(tuple.__iter__(value))}
            if issubclass(kind, dict):
                return {"dict": [[encode(key, depth + 1), encode(item, depth + 1)] for key, item in dict.items(value)]}
            if issubclass(kind, (set, frozenset)):
                base = set if issubclass(kind, set) else frozenset
                return {base.__name__: each(base.__iter__(value))}
            if issubclass(kind, (bytes, bytearray)):
                base = bytes if issubclass(kind, bytes) else bytearray
                return {base.__name__: base.hex(value)}
            if kind is collections.deque:
                return {"deque": each(value)}
            if kind is range:
                return {"range": each((value.start, value.stop, value.step))}
            if kind is fractions.Fraction:
                return {"fraction": each((value.numerator, value.denominator))}
            if kind is decimal.Decimal:
                return {"decimal": decimal.Decimal.__str__(value)}
            if kind is Remote:
                return {"own": object.__getattribute__(value, "number")}
            if kind in (type, types.BuiltinFunctionType) and known_builtins.get(value.__name__) is value:
                return {"builtin": value.__name__}
            if judges:
                raise Faulty(f"the tests hand the program a {kind.__name__}, which cannot leave their interpreter")
            objects.append(value)
            return {"object": kind.__name__, "number": len(objects) - 1}

        return encode

    def decode(value):
        if not isinstance(value, dict):
            return value
        (tag, content), *_ = value.items()
        each = lambda values: map(decode, values)
        if tag == "int":
            return int(content, 16)
        if tag == "float":
            return float(content)
        if tag == "complex":
            return complex(*map(float, content))
        if tag == "dict":
            return {decode(key): decode(item) for key, item in content}
        if tag in ("bytes", "bytearray"):
            return getattr(builtins, tag).fromhex(content)
        if tag == "fraction":
            return fractions.Fraction(*each(content))
        if tag == "decimal":
            return decimal.Decimal(content)
        if tag == "deque":
            return collections.deque(each(content))
        if tag == "range":
            return range(*each(content))
        if tag == "builtin":
            return known_builtins[content]
        if tag == "own":
            return objects[content]
        if tag == "object":
            return remote(content, value["number"])
        return {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}[tag](each(content))

    def described(error):
        kind = type(error)
        try:
            message = str(error)[:longest]
        except BaseException:
            message = ""
        try:
            lines = traceback.format_exception(kind, error, error.__traceback__, limit=-8)
            # The first frames are this file's.
            trace = "".join(line for line in lines if '"<string>"' not in line)[-longest:]
        except BaseException:
            trace = ""
        names = [base.__name__ for base in kind.__mro__]
        return {"error": {"type": kind.__name__, "bases": names, "message": message, "trace": trace}}

    def flush():
        for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
            try:
                stream.flush()
            except BaseException:
                pass

    def receive():
        parts = []
        while part := read(request_descriptor, 1 << 20):
            parts.append(part)
        return loads(b"".join(parts))

    def say(value):
        write(reply_descriptor, mark + dumps(value).encode())

    def compiled(code, name):
        import linecache

        # Lines of the program in its traceback.
        linecache.cache[name] = (len(code), None, code.splitlines(True), name)
        return compile(code, name, "exec")

    def load(job):
        exec(compiled(job["code"], "program.py"), main)
        own = {name: value for name, value in main.items() if not name.startswith("__")}
        # Tests may use what the program imports; they get the module itself, under its own name.
        modules = [name for name, value in own.items() if type(value) is types.ModuleType and name in known_modules]
        return {"names": [name for name, value in own.items() if callable(value)], "modules": modules}

    def program(job):
        code = 0
        try:
            exec(compiled(job["code"], "program.py"), main)
        except SystemExit as end:
            code = end.code
            if code is not None and type(code) is not int:
                print(code, file=sys.stderr)
                code = 1
        atexit._run_exitfuncs()
        return {"exit": code or 0}

    def named_function(name):
        if name not in main and not hasattr(builtins, name):
            raise NameError(f"name {name!r} is not defined")
        return main[name] if name in main else getattr(builtins, name)

    def call(job):
        values = [decode(value) for value in job["arguments"]]
        named = {name: decode(value) for name, value in job.get("named", {}).items()}
        function = named_function(job["function"]) if isinstance(job["function"], str) else objects[job["function"]]
        result = function(*values, **named) if job.get("method") is None else getattr(function, job["method"])(*values)
        encode = encoder()
        after = [encode(value) for value in values] if result is None else []
        return {"value": encode(result), "arguments": after}

    # From here on: the side of the tests. It runs in an interpreter of its own, which sees no line of the program.
    def ask(question):
        say(question)
        answer = receive()
        if "error" in answer:
            known = getattr(builtins, answer["error"]["type"], None)
            raises = isinstance(known, type) and issubclass(known, Exception)
            # An iterator of the tests takes it for its end: what follows would not be tested.
            if known in (StopIteration, StopAsyncIteration) and question["method"] != "__next__":
                raises = False
            error = (known if raises else Failed)(answer["error"]["message"])
            error.of_program = answer
            raise error
        return answer

    class Failed(Exception):
        pass

    def put_back(value, after):
        """What the program did to an argument."""
        kind = type(value)
        if kind is list or kind is bytearray:
            value[:] = after
        elif kind is dict or kind is set:
            value.clear()
            value.update(after)
        elif kind is collections.deque:
            value.clear()
            value.extend(after)

    def asked(target, values, named={}, method=None):
        encode = encoder()
        answer = ask(
            {
                "function": target,
                "method": method,
                "arguments": [encode(value) for value in values],
                "named": {name: encode(value) for name, value in named.items()},
            }
        )
        result = decode(answer["value"])
        # As Python's own `sort`: what changes its argument returns nothing. Else `f(x) == sorted(x)` could be had by emptying x.
        if result is None:
            for value, after in zip(values, answer["arguments"]):
                put_back(value, decode(after))
        return result

    def remote(name, number):
        value = Remote()
        object.__setattr__(value, "name", name)
        object.__setattr__(value, "number", number)
        return value

    def install_remote():
        number_of = lambda value: object.__getattribute__(value, "number")

        def method(name):
            def special(self, *values):
                try:
                    return asked(number_of(self), values, method=name)
                except AttributeError as error:
                    # What the interpreter itself says of an object without such a method.
                    raise TypeError(str(error)) from None

            return special

        # No comparison and no arithmetic: what a program says of those is what it likes. Their parts are compared here.
        for name in ("__len__", "__getitem__", "__setitem__", "__delitem__", "__str__", "__repr__", "__next__"):
            setattr(Remote, name, method(name))

        def truth(self):
            raise TypeError("an object of the program is neither true nor false")

        Remote.__bool__ = truth
        Remote.__getattr__ = lambda self, name: asked(number_of(self), [name], method="__getattribute__")
        Remote.__setattr__ = lambda self, name, value: asked(number_of(self), [name, value], method="__setattr__")
        Remote.__call__ = lambda self, *values, **named: asked(number_of(self), values, named)
        Remote.__iter__ = lambda self: asked(number_of(self), [], method="__iter__")
        Remote.__eq__ = lambda self, other: type(other) is Remote and number_of(self) == number_of(other)
        Remote.__hash__ = lambda self: number_of(self)

    def proxy(name):
        function = lambda *values, **named: asked(name, values, named)
        function.__name__ = name
        return function

    def judge(job):
        nonlocal judges
        judges = True
        try:
            setup, tests = compiled(job["setup"], "setup.py"), compiled(job["tests"], "tests.py")
        except SyntaxError as error:
            return {**described(error), "faulty": True}
        # Nothing that the tests can mean otherwise: a program that defines `abs` does not define that of its tests.
        for name in job["names"]:
            if name.isidentifier() and not name.startswith("__") and not hasattr(builtins, name):
                main[name] = proxy(name)
        for name in job["modules"]:
            if name in known_modules:
                main[name] = importlib.import_module(name)
        try:
            # What it defines is the tests' own, also where the program has the same name.
            exec(setup, main)
            if job["candidate"] is not None:
                main["candidate"] = main[job["candidate"]] = proxy(job["candidate"])
            exec(tests, main)
        except AssertionError as error:
            if not hasattr(error, "of_program"):
                return {"value": False, "message": described(error)["error"]["trace"]}
            return error.of_program
        except Faulty as error:
            return {**described(error), "faulty": True}
        except Exception as error:
            return getattr(error, "of_program", None) or described(error)
        return {"value": True}

    operations = {"load": load, "program": program, "call": call, "judge": judge}

    def step():
        nonlocal mark
        job = receive()
        mark = job["mark"].encode()
        try:
            result = operations[job["operation"]](job)
        except BaseException as error:
            result = described(error)
        flush()
        try:
            say(result)
        except BaseException as error:
            say(described(error))

    install_remote()
    lab = types.ModuleType("_lab")
    lab.step = step
    sys.modules["_lab"] = lab
    os.environ.clear()
    sys.argv[:] = ["program.py"]
    sys.path[:] = [path for path in sys.path if path]
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)
    # The names of this file are not the program's.
    for name in [name for name in main if not name.startswith("__")]:
        del main[name]
    gc.collect()
    gc.freeze()

    def stop():
        write(reply_descriptor, b"ready")
        clock()

    stop()


harness()
