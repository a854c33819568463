# Runs inside the sandbox: loads a program, calls it, and says what came of it as typed JSON. It knows no expected value.
# The image of the interpreter is made from this file (python-image.ts): everything up to `stop` has happened before a
# program begins. A program may change whatever it finds here; that changes only what is said about itself.


def harness():
    import sys
    import abc, array, ast, atexit, bisect, builtins, cmath, collections, copy, dataclasses, datetime, decimal, enum
    import fractions, functools, gc, hashlib, heapq, importlib, io, itertools, json, math, numbers, operator, os, random, re
    import statistics, string, struct, textwrap, time, traceback, types, typing

    main = sys.modules["__main__"].__dict__
    # As its tests would import it: what stands under `if __name__ == "__main__"` is not asked for.
    imported_as = "program"
    # It is spoken to through the input, before the program's own, and speaks through the errors, under a mark.
    request_descriptor, reply_descriptor = 0, 2
    mark = b""
    read, write, clock = os.read, os.write, time.time
    loads, dumps = json.loads, json.dumps
    most_nodes, most_given, deepest, longest = 500_000, 1_000_000, 100, 20_000
    # Numbers in a row that cross as one text: each by itself takes fifty times as long.
    shortest_row = 16

    known_modules = sys.stdlib_module_names

    given_names, given_nodes, to_nodes, to_lists = leetcode
    node_fields = {"ListNode": ("val", "next"), "TreeNode": ("val", "left", "right")}
    # Whether the program has what LeetCode gives.
    on_leetcode = False
    # Classes that tests may make objects of for the program, which has them under the same name.
    shared_classes = set()

    known_builtins = dict(vars(builtins))
    # What goes to the tests as what it is (`sharedBuiltins` outside): nothing that makes code of a text.
    shared_builtins = frozenset(
        "int float bool str bytes bytearray complex list tuple dict set frozenset range abs all any bin chr divmod hex"
        " len max min oct ord pow round sorted sum".split()
    )
    # Modules that make code of what they read.
    code_readers = ("pickle", "marshal", "shelve", "runpy", "code", "codeop")
    judges = False
    # Calls that the program has answered.
    answers = 0
    # Functions of the program as its tests have them, by name.
    proxies = {}
    # Whether the tests have modules only because the program imports them.
    lent = False

    class Faulty(BaseException):
        pass

    class Unusable(Exception):
        pass

    class Remote:
        # Attributes of any other name are the object's own.
        __slots__ = ("_number_of_remote", "_of_class")

    number_of = lambda value: object.__getattribute__(value, "_number_of_remote")
    of_class = lambda value: object.__getattribute__(value, "_of_class")
    # What is asked of texts, numbers and sets, and answered by yes or no.
    plain_questions = {"is_integer", "issubset", "issuperset", "isdisjoint", "startswith", "endswith"}
    plain_questions |= {name for name in dir(str) if name.startswith("is")}

    # What has no literal crosses as a number; its methods are called where it lives.
    objects = []

    def encoder():
        count = 0
        # Objects that are being encoded with what they lead to.
        found, table = {}, None

        def graph(value):
            """An object with all that it leads to, in a row: lists of linked nodes may be long, and end where they began."""
            nonlocal table
            if id(value) in found:
                return {"ref": found[id(value)]}
            if table is not None:
                found[id(value)] = len(table)
                table.append(value)
                return {"ref": found[id(value)]}
            table, found[id(value)] = [value], 0
            for at, node in enumerate(table):
                spend(1)
                items = vars(node).items() if judges else [(name, getattr(node, name, None)) for name in node_fields[type(node).__name__]]
                table[at] = [type(node).__name__, [[name, encode(item, 1)] for name, item in items], node]
            result, table = [[name, fields] for name, fields, _ in table], None
            found.clear()
            return {"graph": result}

        def spend(parts):
            nonlocal count
            count += parts
            if judges and count > most_given:
                cannot_leave(f"the tests hand the program more than {most_given} parts")
            if not judges and count > most_nodes:
                raise Unusable(f"the result has more than {most_nodes} parts")

        def row(values, depth):
            if len(values) >= shortest_row:
                kinds = {*map(type, values)}
                if kinds == {int} or kinds == {float} or kinds == {str}:
                    spend(len(values))
                    if kinds == {str}:
                        return values
                    return {"ints": " ".join(map(hex, values))} if kinds == {int} else {"floats": " ".join(map(float.__repr__, values))}
            return [encode(item, depth + 1) for item in values]

        def encode(value, depth=0):
            spend(1)
            if depth > deepest:
                raise Unusable(f"the result is nested deeper than {deepest}")
            each = lambda values: row(list(values), depth)
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
            if kind is datetime.date or kind is datetime.datetime or kind is datetime.time:
                return {kind.__name__: kind.isoformat(value)}
            if kind is datetime.timedelta:
                return {"timedelta": each((value.days, value.seconds, value.microseconds))}
            if kind is Remote:
                return {"own": number_of(value)}
            if kind in (type, types.BuiltinFunctionType) and known_builtins.get(value.__name__) is value:
                if judges or value.__name__ in shared_builtins:
                    return {"builtin": value.__name__}
            if judges and kind is types.FunctionType and value in proxies:
                return {"named": proxies[value]}
            if judges and type(kind) is type and kind.__name__ in shared_classes and hasattr(value, "__dict__"):
                return graph(value)
            if judges:
                cannot_leave(f"the tests hand the program a {kind.__name__}, which cannot leave their interpreter")
            if on_leetcode and kind.__name__ in node_fields:
                return graph(value)
            objects.append(value)
            return {"object": kind.__name__[:200], "number": len(objects) - 1}

        return encode

    # Of the graph that is being decoded.
    nodes = []

    def made(table):
        nonlocal nodes
        kinds = [named_class(name) for name, _ in table]
        nodes = [kind.__new__(kind) for kind in kinds]
        for node, (_, fields) in zip(nodes, table):
            for name, item in fields:
                setattr(node, name, decode(item))
        return nodes[0]

    def named_class(name):
        return main[name] if isinstance(main.get(name), type) else given_nodes[name]

    def decode(value, made_by_class=False):
        if not isinstance(value, dict):
            return value
        (tag, content), *_ = value.items()
        if tag == "ref":
            return nodes[content]
        if tag == "graph":
            return made(content)
        each = lambda values: (decode(item, made_by_class) for item in values)
        if type(content) is dict:
            if "ints" in content:
                content = [int(item, 16) for item in content["ints"].split(" ")]
            else:
                content = [*map(float, content["floats"].split(" "))]
            each = iter
        if tag == "int":
            return int(content, 16)
        if tag == "float":
            return float(content)
        if tag == "complex":
            return complex(*map(float, content))
        if tag == "dict":
            return {key: item for key, item in map(each, content)}
        if tag in ("bytes", "bytearray"):
            return getattr(builtins, tag).fromhex(content)
        if tag == "fraction":
            return fractions.Fraction(*each(content))
        if tag == "decimal":
            return decimal.Decimal(content)
        if tag in ("date", "datetime", "time"):
            return getattr(datetime, tag).fromisoformat(content)
        if tag == "timedelta":
            return datetime.timedelta(*each(content))
        if tag == "deque":
            return collections.deque(each(content))
        if tag == "range":
            return range(*each(content))
        if tag == "builtin":
            return known_builtins[content]
        if tag == "own":
            return objects[content]
        if tag == "named":
            return named_function(content)
        if tag == "object":
            return remote(value["number"], made_by_class)
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
        names = [base.__name__[:200] for base in kind.__mro__][:1000]
        return {"error": {"type": kind.__name__[:200], "bases": names, "message": message, "trace": trace}}

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

    def compiled_text(code, name):
        import linecache

        # Lines of the program in its traceback.
        linecache.cache[name] = (len(code), None, code.splitlines(True), name)
        return code

    def compiled(code, name):
        return compile(compiled_text(code, name), name, "exec")

    def load(job):
        nonlocal on_leetcode
        on_leetcode = job["leetcode"]
        sys.modules[imported_as] = sys.modules["__main__"]
        main["__name__"] = imported_as
        if job["leetcode"]:
            main.update({name: value for name, value in given_names.items() if name not in main})
        exec(compiled(job["code"], "program.py"), main)
        given = given_names if job["leetcode"] else {}
        own = {name: value for name, value in main.items() if not name.startswith("__") and given.get(name, main) is not value}
        # Tests may use what the program imports; they get the module itself, under its own name.
        modules = [name for name, value in own.items() if type(value) is types.ModuleType and name in known_modules]
        names = [name for name, value in own.items() if callable(value) and len(name) <= 200]
        return {"names": names[:10_000], "modules": modules[:1000]}

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
        # A method of a new object: `Solution().twice`.
        kind, _, method = name.partition("().")
        if method:
            return getattr(named_function(kind)(), method)
        if name not in main and isinstance(main.get("Solution"), type) and hasattr(main["Solution"], name):
            return getattr(main["Solution"](), name)
        if name not in main and not hasattr(builtins, name):
            raise NameError(f"name {name!r} is not defined")
        return main[name] if name in main else getattr(builtins, name)

    def design(kind, operations, arguments):
        """What the operations give on one object, the first of which makes it: as LeetCode writes tests of a class."""
        thing = kind(*arguments[0])
        return [None, *(getattr(thing, name)(*given) for name, given in zip(operations[1:], arguments[1:]))]

    def case(function, values):
        """A call with values of JSON."""
        if isinstance(function, type) and len(values) == 2 and all(type(value) is list for value in values):
            operations, arguments = values
            if operations[:1] == [function.__name__] and len(operations) == len(arguments):
                return design(function, operations, arguments), values
        notes = getattr(function, "__annotations__", {})
        code = getattr(function, "__code__", None)
        names = code.co_varnames[: code.co_argcount] if code else ()
        if hasattr(function, "__self__"):
            names = names[1:]
        classes = {name: named_class(name) for name in given_nodes}
        values = [to_nodes(value, notes[name], classes) if name in notes else value for name, value in zip(names, values)] + values[len(names) :]
        result = function(*values)
        if result is None and "return" in notes and notes["return"] in (None, "None") and type(getattr(function, "__self__", None)).__name__ == "Solution":
            # Done in place: what it has made of its first argument is the answer.
            return to_lists(values[0], notes.get(names[0])) if values and names else None, values
        return to_lists(result, notes.get("return")), values

    def call(job):
        values = [decode(value) for value in job["arguments"]]
        named = {name: decode(value) for name, value in job.get("named", {}).items()}
        function = named_function(job["function"]) if isinstance(job["function"], str) else objects[job["function"]]
        method = job.get("method")
        if "method" not in job:
            result, values = case(function, values)
        elif method is None:
            result = function(*values, **named)
        elif method == "__getattribute__":
            result = getattr(function, *values)
        else:
            result = getattr(function, method)(*values)
        encode = encoder()
        after = [encode(value) for value in [*values, *named.values()]] if result is None and "method" in job else []
        return {"value": encode(result), "arguments": after}

    # From here on: the side of the tests. It runs in an interpreter of its own, which sees no line of the program. What it is
    # told of a call was made anew outside: a value, or the name of an exception, what it says and the number of the call.
    def cannot_leave(message):
        # After the first answer, or with a module of the program's choice, it may be the program that brought the tests here.
        raise (Faulty if answers == 0 and not lent else Failed)(message)

    def ask(question):
        nonlocal answers
        say(question)
        answer = receive()
        answers += 1
        if "error" in answer:
            known = known_builtins.get(answer["error"]["type"])
            # An iterator of the tests takes it for its end: what follows would not be tested.
            if known in (StopIteration, StopAsyncIteration) and question["method"] != "__next__":
                known = None
            error = (known or Failed)(answer["error"]["message"])
            error.of_program = answer["error"]["call"]
            raise error
        return answer

    class Failed(Exception):
        pass

    def put_back(value, after):
        """What the program did to an argument."""
        kind = type(value)
        if type(after) is not kind:
            return
        if kind is list or kind is bytearray:
            value[:] = after
        elif kind.__name__ in node_fields:
            vars(value).update(vars(after))
        elif kind is dict or kind is set:
            value.clear()
            value.update(after)
        elif kind is collections.deque:
            value.clear()
            value.extend(after)

    def asked(target, values, named={}, method=None, within_class=False):
        encode = encoder()
        answer = ask(
            {
                "function": target,
                "method": method,
                "arguments": [encode(value) for value in values],
                "named": {name: encode(value) for name, value in named.items()},
            }
        )
        # By its name: a class. What that gives, and what comes of it in turn, the tests have made for themselves.
        made_by_class = target.isidentifier() and target[:1].isupper() if isinstance(target, str) else within_class
        result = decode(answer["value"], made_by_class)
        # As Python's own `sort`: what changes its argument returns nothing. Else `f(x) == sorted(x)` could be had by emptying x.
        if result is None:
            for value, after in zip([*values, *named.values()], answer["arguments"]):
                put_back(value, decode(after))
        return result

    def remote(number, made_by_class):
        value = Remote()
        object.__setattr__(value, "_number_of_remote", number)
        object.__setattr__(value, "_of_class", made_by_class)
        return value

    def ask_remote(value, values, named={}, method=None):
        return asked(number_of(value), values, named, method, of_class(value))

    def install_remote():
        def method(name):
            def special(self, *values):
                try:
                    return ask_remote(self, values, method=name)
                except AttributeError as error:
                    # What the interpreter itself says of an object without such a method.
                    raise TypeError(str(error)) from None

            return special

        # No comparison and no arithmetic: what a program says of those is what it likes. Their parts are compared here.
        for name in ("__len__", "__getitem__", "__setitem__", "__delitem__", "__str__", "__repr__", "__next__"):
            setattr(Remote, name, method(name))

        def truth(self):
            raise TypeError("an object of the program is neither true nor false")

        def attribute(self, name):
            # What a function gives in place of a text could say yes to anything.
            if name in plain_questions and not of_class(self):
                raise AttributeError(f"an object of the program is no text, number or set, and has no {name!r}")
            return ask_remote(self, [name], method="__getattribute__")

        Remote.__bool__ = truth
        Remote.__getattr__ = attribute
        Remote.__setattr__ = lambda self, name, value: ask_remote(self, [name, value], method="__setattr__")
        Remote.__call__ = lambda self, *values, **named: ask_remote(self, values, named)
        Remote.__iter__ = lambda self: ask_remote(self, [], method="__iter__")
        Remote.__eq__ = lambda self, other: type(other) is Remote and number_of(self) == number_of(other)
        Remote.__hash__ = lambda self: number_of(self)

    def proxy(name):
        function = lambda *values, **named: asked(name, values, named)
        function.__name__ = name
        proxies[function] = name
        return function

    def unusable(trees, candidate):
        """Why no program can pass these tests, as far as they say it themselves; None: nothing is known."""
        nodes = [node for tree in trees for node in ast.walk(tree)]
        functions = (ast.FunctionDef, ast.AsyncFunctionDef)
        made = {node.name for node in nodes if isinstance(node, (*functions, ast.ClassDef))}
        bound = {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
        bound |= {node.arg for node in nodes if isinstance(node, ast.arg)}
        bound |= {(node.asname or node.name).split(".")[0] for node in nodes if isinstance(node, ast.alias)}
        # The program's functions: what the tests call and do not make themselves.
        subjects = {"candidate", candidate}
        for node in nodes:
            if isinstance(node, functions) and node.name == "check":
                subjects |= {argument.arg for argument in node.args.args}
        imported = {node.name.split(".")[0] for node in nodes if isinstance(node, ast.alias)}
        imported |= {(node.module or "").split(".")[0] for node in nodes if isinstance(node, ast.ImportFrom)}
        for name in code_readers:
            if name in imported:
                return f"the tests read code of what they are given ({name}): what a program gives would be run as one of them"
        any_name = any(isinstance(node, ast.alias) and node.name == "*" for node in nodes)
        for node in nodes:
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            name = node.func.id
            if name in ("eval", "exec", "compile") and name not in made | bound:
                if not (node.args and isinstance(node.args[0], ast.Constant)):
                    return f"the tests make code of a text ({name}): what a program gives would be run as one of them"
            if name in subjects or not (any_name or name in made | bound or hasattr(builtins, name)):
                for value in [*node.args, *(keyword.value for keyword in node.keywords)]:
                    own = isinstance(value, ast.Name) and value.id in made - bound
                    if own or isinstance(value, (ast.Lambda, ast.GeneratorExp)):
                        return "the tests hand the program a function or a class of theirs, which cannot leave their interpreter"

    def faulty(error):
        return {"faulty": {**told(error), "message": str(error)}}

    def told(error):
        return {key: value for key, value in described(error)["error"].items() if key != "bases"}

    def judge(job):
        nonlocal judges, lent
        judges = True
        try:
            trees = [ast.parse(compiled_text(job[name], f"{name}.py"), f"{name}.py") for name in ("setup", "tests")]
            setup, tests = (compile(tree, f"{name}.py", "exec") for tree, name in zip(trees, ("setup", "tests")))
        except SyntaxError as error:
            return faulty(error)
        why = unusable(trees, job["candidate"])
        if why is not None:
            return faulty(Faulty(why))
        used = {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)}
        shared_classes.update(job["names"])
        if job["leetcode"]:
            main.update(given_nodes)
            shared_classes.update(given_nodes)
        # Nothing that the tests can mean otherwise: a program that defines `abs` does not define that of its tests.
        for name in used.intersection(job["names"]):
            if not name.startswith("__") and not hasattr(builtins, name):
                main[name] = proxy(name)
        for name in used.intersection(job["modules"]):
            if name in known_modules and name not in code_readers:
                main[name] = importlib.import_module(name)
                lent = True
        try:
            # What it defines is the tests' own, also where the program has the same name.
            exec(setup, main)
            if job["candidate"] is not None:
                main["candidate"] = main[job["candidate"]] = proxy(job["candidate"])
            exec(tests, main)
        except Faulty as error:
            return faulty(error)
        except BaseException as error:
            if hasattr(error, "of_program"):
                return {"raised": error.of_program}
            if isinstance(error, AssertionError):
                return {"passed": False, "message": told(error)["trace"]}
            return {"failed": told(error)}
        return {"passed": True, "message": ""}

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
    # Room in which small programs end before their memory grows: it can be used again.
    room = [bytes(1 << 20) for _ in range(6)]
    del room

    def stop():
        write(reply_descriptor, b"ready")
        clock()

    stop()


type(harness)(harness.__code__, own_names)()
