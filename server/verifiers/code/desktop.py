# Runs inside the sandbox while its image is made, before harness.py: makes the small 32-bit system that Python was built for look like the desktop
# that programs are written for. It holds for programs and for tests alike.


def desktop():
    import array, bisect, functools, os, sys, threading, _thread

    def sizes():
        # What programs take as infinity. C still counts in 32 bits; what is handed to it is cut below.
        widest, fits = 2**63 - 1, 2**31 - 1
        sys.maxsize = widest
        # As competitions and data sets run it: numbers are printed whatever their length.
        sys.set_int_max_str_digits(0)

        cached = functools._lru_cache_wrapper
        functools._lru_cache_wrapper = lambda function, size, *rest: cached(
            function, size if size is None else min(size, fits), *rest
        )

        class Kind(type):
            def __instancecheck__(cls, value):
                return isinstance(value, small)

            def __subclasscheck__(cls, other):
                return issubclass(other, small)

        small = array.array

        # `l` has eight bytes there.
        class array_(small, metaclass=Kind):
            def __new__(cls, typecode, *values):
                base = small if cls is array_ else cls
                return small.__new__(base, {"l": "q", "L": "Q"}.get(typecode, typecode), *values)

        array_.__name__ = array_.__qualname__ = "array"
        array_.__module__ = "array"
        array.array = array.ArrayType = array_

        def wide(name, after):
            """The function of that name, also over sequences longer than C counts."""
            narrow = getattr(bisect, name)

            def search(a, x, lo=0, hi=None, *, key=None):
                try:
                    return narrow(a, x, lo, hi, key=key)
                except OverflowError:
                    if lo < 0:
                        raise ValueError("lo must be non-negative") from None
                    if hi is None:
                        hi = length(a)
                    while lo < hi:
                        middle = (lo + hi) // 2
                        item = a[middle] if key is None else key(a[middle])
                        if (not x < item) if after else item < x:
                            lo = middle + 1
                        else:
                            hi = middle
                    return lo

            search.__name__ = search.__qualname__ = name
            search.__module__ = "bisect"
            search.__doc__ = narrow.__doc__
            return search

        def length(values):
            if type(values) is not range:
                return len(values)
            return max(0, -((values.start - values.stop) // values.step))

        bisect.bisect_left = wide("bisect_left", False)
        bisect.bisect_right = bisect.bisect = wide("bisect_right", True)

    def files():
        narrow = os.read

        def read(fd, n, /):
            # No buffer of a gigabyte for what is not there.
            return narrow(fd, n if n <= 1 << 20 else min(n, max(1 << 20, os.fstat(fd).st_size)))

        os.read = read

    def threads():
        """Runs what a thread would run when it is started: there is one thread."""

        def start(self):
            if not self._initialized:
                raise RuntimeError("thread.__init__() not called")
            if self._started.is_set():
                raise RuntimeError("threads can only be started once")
            self._started.set()
            try:
                self.run()
            except SystemExit:
                pass
            except BaseException:
                self._invoke_excepthook(self)
            finally:
                self._is_stopped = True

        def start_new_thread(function, args, kwargs={}):
            try:
                function(*args, **kwargs)
            except SystemExit:
                pass
            except BaseException:
                sys.excepthook(*sys.exc_info())
            return _thread.get_ident()

        size = 0

        def stack_size(new=0):
            nonlocal size
            size, old = new, size
            return old

        threading.Thread.start = start
        threading.Timer.run = lambda self: self.finished.is_set() or self.function(*self.args, **self.kwargs)
        _thread.start_new_thread = _thread.start_new = start_new_thread
        threading.stack_size = _thread.stack_size = stack_size

    # Modules in place of those that cannot work here, made when they are imported.
    stand_ins = {
        "resource": '''
"""Limits of a system that has none to set."""
import time
from collections import namedtuple

RLIM_INFINITY = -1
(RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_DATA, RLIMIT_STACK, RLIMIT_CORE, RLIMIT_RSS, RLIMIT_NPROC, RLIMIT_NOFILE, RLIMIT_MEMLOCK,
    RLIMIT_AS) = range(10)
RUSAGE_SELF, RUSAGE_CHILDREN, RUSAGE_THREAD = 0, -1, 1
error = OSError
struct_rusage = namedtuple("struct_rusage", "ru_utime ru_stime ru_maxrss ru_ixrss ru_idrss ru_isrss ru_minflt ru_majflt ru_nswap"
    " ru_inblock ru_oublock ru_msgsnd ru_msgrcv ru_nsignals ru_nvcsw ru_nivcsw")
_limits = {}


def getrlimit(resource):
    return _limits.get(resource, (RLIM_INFINITY, RLIM_INFINITY))


def setrlimit(resource, limits):
    soft, hard = limits
    _limits[resource] = (soft, hard)


def getrusage(who):
    return struct_rusage(time.process_time(), 0.0, *[0] * 14)


def getpagesize():
    return 65536
''',
        "sortedcontainers": '''
"""Sorted lists, sets and dictionaries: what programs use of the package of this name, without its files."""
from bisect import bisect_left, bisect_right
from collections.abc import MutableSet, Sequence
from itertools import chain, islice

_load = 1000


class SortedList(Sequence):
    """Values in order, in parts of a bounded length. With `key`, in order of their keys."""

    def __init__(self, iterable=None, key=None):
        self._key = key
        self.clear()
        if iterable is not None:
            self.update(iterable)

    @property
    def key(self):
        return self._key

    def _keys(self, part):
        return self._parts[part] if self._key is None else self._part_keys[part]

    def _of(self, value):
        return value if self._key is None else self._key(value)

    def clear(self):
        self._parts, self._part_keys, self._ends, self._size = [], [], [], 0

    def update(self, iterable):
        values = sorted(chain(chain.from_iterable(self._parts), iterable), key=self._key)
        self._parts = [values[at : at + _load] for at in range(0, len(values), _load)]
        self._part_keys = [] if self._key is None else [[*map(self._key, part)] for part in self._parts]
        self._ends = [self._keys(part)[-1] for part in range(len(self._parts))]
        self._size = len(values)

    __iadd__ = lambda self, other: (self.update(other), self)[1]
    __add__ = lambda self, other: type(self)(chain(self, other), key=self._key)

    def add(self, value):
        key = self._of(value)
        self._size += 1
        if not self._parts:
            self._parts, self._ends = [[value]], [key]
            self._part_keys = [] if self._key is None else [[key]]
            return
        part = min(bisect_right(self._ends, key), len(self._parts) - 1)
        at = bisect_right(self._keys(part), key)
        self._parts[part].insert(at, value)
        if self._key is not None:
            self._part_keys[part].insert(at, key)
        self._ends[part] = self._keys(part)[-1]
        if len(self._parts[part]) > 2 * _load:
            for table in (self._parts, self._part_keys) if self._key is not None else (self._parts,):
                table.insert(part + 1, table[part][_load:])
                del table[part][_load:]
            self._ends.insert(part + 1, self._ends[part])
            self._ends[part] = self._keys(part)[-1]

    def _take(self, part, at):
        value = self._parts[part].pop(at)
        if self._key is not None:
            del self._part_keys[part][at]
        self._size -= 1
        if self._parts[part]:
            self._ends[part] = self._keys(part)[-1]
        else:
            del self._parts[part], self._ends[part]
            if self._key is not None:
                del self._part_keys[part]
        return value

    def _find(self, value):
        """The part and the place of a value that is equal; None where there is none."""
        key = self._of(value)
        part = bisect_left(self._ends, key)
        at = bisect_left(self._keys(part), key) if part < len(self._parts) else 0
        while part < len(self._parts):
            keys = self._keys(part)
            while at < len(keys):
                if self._parts[part][at] == value:
                    return part, at
                if key < keys[at]:
                    return None
                at += 1
            part, at = part + 1, 0
        return None

    def __contains__(self, value):
        return self._find(value) is not None

    def discard(self, value):
        found = self._find(value)
        if found is not None:
            self._take(*found)

    def remove(self, value):
        found = self._find(value)
        if found is None:
            raise ValueError(f"{value!r} not in list")
        self._take(*found)

    def _place(self, index):
        if not -self._size <= index < self._size:
            raise IndexError("list index out of range")
        if index < 0:
            index += self._size
        for part, values in enumerate(self._parts):
            if index < len(values):
                return part, index
            index -= len(values)

    def __getitem__(self, index):
        if isinstance(index, slice):
            start, stop, step = index.indices(self._size)
            if step == 1:
                return [*self.islice(start, stop)]
            return [*self][index]
        if index == 0 and self._parts:
            return self._parts[0][0]
        if index == -1 and self._parts:
            return self._parts[-1][-1]
        part, at = self._place(index)
        return self._parts[part][at]

    def __delitem__(self, index):
        if isinstance(index, slice):
            values = [*self]
            del values[index]
            self.clear()
            self.update(values)
        else:
            self._take(*self._place(index))

    def pop(self, index=-1):
        if not self._size:
            raise IndexError("pop index out of range")
        return self._take(*self._place(index))

    def _rank(self, key, search):
        part = search(self._ends, key)
        if part == len(self._parts):
            return self._size
        return sum(map(len, self._parts[:part])) + search(self._keys(part), key)

    bisect_left = lambda self, value: self._rank(self._of(value), bisect_left)
    bisect_right = bisect = lambda self, value: self._rank(self._of(value), bisect_right)
    bisect_key_left = lambda self, key: self._rank(key, bisect_left)
    bisect_key_right = bisect_key = lambda self, key: self._rank(key, bisect_right)

    def index(self, value, start=0, stop=None):
        found = self._find(value)
        if found is not None:
            at = sum(map(len, self._parts[: found[0]])) + found[1]
            start, stop, _ = slice(start, stop).indices(self._size)
            if at < start and at < stop and self._size > start and self[start] == value:
                at = start
            if start <= at < stop:
                return at
        raise ValueError(f"{value!r} is not in list")

    def count(self, value):
        found = range(self.bisect_left(value), self.bisect_right(value))
        return len(found) if self._key is None else sum(item == value for item in self.islice(found.start, found.stop))

    def islice(self, start=None, stop=None, reverse=False):
        start, stop, _ = slice(start, stop).indices(self._size)
        if reverse:
            return iter([*self.islice(start, stop)][::-1])

        def values():
            skip, left = start, max(0, stop - start)
            for part in self._parts:
                if left == 0:
                    return
                if skip >= len(part):
                    skip -= len(part)
                    continue
                found = part[skip : skip + left]
                skip, left = 0, left - len(found)
                yield from found

        return values()

    def irange(self, minimum=None, maximum=None, inclusive=(True, True), reverse=False):
        start = 0 if minimum is None else (self.bisect_left if inclusive[0] else self.bisect_right)(minimum)
        stop = self._size if maximum is None else (self.bisect_right if inclusive[1] else self.bisect_left)(maximum)
        return self.islice(start, max(start, stop), reverse)

    def __iter__(self):
        return chain.from_iterable(self._parts)

    def __reversed__(self):
        return chain.from_iterable(map(reversed, reversed(self._parts)))

    def __len__(self):
        return self._size

    def copy(self):
        return type(self)(self, key=self._key)

    __copy__ = copy
    __eq__ = lambda self, other: [*self] == [*other] if isinstance(other, Sequence) else NotImplemented
    __lt__ = lambda self, other: [*self] < [*other]
    __le__ = lambda self, other: [*self] <= [*other]
    __gt__ = lambda self, other: [*self] > [*other]
    __ge__ = lambda self, other: [*self] >= [*other]
    __hash__ = None
    __mul__ = lambda self, times: type(self)([*self] * times, key=self._key)

    def __repr__(self):
        return f"{type(self).__name__}({[*self]!r}{'' if self._key is None else f', key={self._key!r}'})"


SortedKeyList = SortedListWithKey = SortedList


class SortedSet(MutableSet, Sequence):
    def __init__(self, iterable=None, key=None):
        self._set = {*iterable} if iterable is not None else set()
        self._list = SortedList(self._set, key=key)
        for name in ("bisect", "bisect_left", "bisect_right", "index", "irange", "islice"):
            setattr(self, name, getattr(self._list, name))

    def add(self, value):
        if value not in self._set:
            self._set.add(value)
            self._list.add(value)

    def discard(self, value):
        if value in self._set:
            self._set.discard(value)
            self._list.remove(value)

    def remove(self, value):
        self._set.remove(value)
        self._list.remove(value)

    def pop(self, index=-1):
        value = self._list.pop(index)
        self._set.remove(value)
        return value

    def update(self, *iterables):
        for value in chain.from_iterable(iterables):
            self.add(value)

    def clear(self):
        self._set.clear()
        self._list.clear()

    def __getitem__(self, index):
        return self._list[index]

    def __delitem__(self, index):
        for value in self._list[index] if isinstance(index, slice) else [self._list[index]]:
            self.remove(value)

    count = lambda self, value: int(value in self._set)
    __contains__ = lambda self, value: value in self._set
    __iter__ = lambda self: iter(self._list)
    __reversed__ = lambda self: reversed(self._list)
    __len__ = lambda self: len(self._set)
    copy = __copy__ = lambda self: type(self)(self._set, key=self._list.key)
    __hash__ = None
    __repr__ = lambda self: f"SortedSet({[*self]!r})"

    def _from_iterable(self, iterable):
        return SortedSet(iterable)

    union = lambda self, *others: SortedSet(self._set.union(*others), key=self._list.key)
    intersection = lambda self, *others: SortedSet(self._set.intersection(*others), key=self._list.key)
    difference = lambda self, *others: SortedSet(self._set.difference(*others), key=self._list.key)


class SortedDict(dict):
    def __init__(self, *values, **named):
        key = None
        if values and (values[0] is None or callable(values[0])):
            key, *values = values
        super().__init__(*values, **named)
        self._list = SortedList(super().keys(), key=key)
        for name in ("bisect", "bisect_left", "bisect_right", "index", "irange", "islice"):
            setattr(self, name, getattr(self._list, name))

    def __setitem__(self, key, value):
        if key not in self:
            self._list.add(key)
        super().__setitem__(key, value)

    def __delitem__(self, key):
        super().__delitem__(key)
        self._list.remove(key)

    def setdefault(self, key, default=None):
        if key not in self:
            self[key] = default
        return self[key]

    def update(self, *values, **named):
        for key, value in dict(*values, **named).items():
            self[key] = value

    def pop(self, key, *default):
        if key in self:
            self._list.remove(key)
        return super().pop(key, *default)

    def popitem(self, index=-1):
        if not self:
            raise KeyError("popitem(): dictionary is empty")
        key = self._list.pop(index)
        return key, super().pop(key)

    def peekitem(self, index=-1):
        key = self._list[index]
        return key, self[key]

    def clear(self):
        super().clear()
        self._list.clear()

    def copy(self):
        return SortedDict(self._list.key, dict.copy(self))

    __copy__ = copy
    __iter__ = lambda self: iter(self._list)
    __reversed__ = lambda self: reversed(self._list)
    keys = lambda self: _View(self, lambda key: key)
    values = lambda self: _View(self, lambda key: self[key])
    items = lambda self: _View(self, lambda key: (key, self[key]))
    __repr__ = lambda self: f"SortedDict({{{', '.join(f'{key!r}: {value!r}' for key, value in self.items())}}})"


class _View(Sequence):
    def __init__(self, whole, of):
        self._whole, self._of = whole, of

    def __len__(self):
        return len(self._whole)

    def __iter__(self):
        return map(self._of, self._whole._list)

    def __getitem__(self, index):
        found = self._whole._list[index]
        return [*map(self._of, found)] if isinstance(index, slice) else self._of(found)

    def __repr__(self):
        return repr([*self])
''',
        "concurrent.futures.thread": '''
"""Executors of one thread: what is submitted is done at once."""
from . import _base


class BrokenThreadPool(_base.BrokenExecutor):
    pass


class ThreadPoolExecutor(_base.Executor):
    def __init__(self, max_workers=None, thread_name_prefix="", initializer=None, initargs=()):
        if max_workers is not None and max_workers <= 0:
            raise ValueError("max_workers must be greater than 0")
        self._max_workers = max_workers or 5
        self._shutdown = False
        if initializer is not None:
            initializer(*initargs)

    def submit(self, fn, /, *args, **kwargs):
        if self._shutdown:
            raise RuntimeError("cannot schedule new futures after shutdown")
        future = _base.Future()
        future.set_running_or_notify_cancel()
        try:
            result = fn(*args, **kwargs)
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(result)
        return future

    def shutdown(self, wait=True, *, cancel_futures=False):
        self._shutdown = True
''',
        "asyncio.unix_events": '''
"""An event loop without sockets: it runs what is ready, and sleeps."""
import time
from . import base_events, events

__all__ = ("SelectorEventLoop", "DefaultEventLoopPolicy")


class _Selector:
    def select(self, timeout=None):
        if timeout is None:
            raise RuntimeError("every task waits for something that never comes")
        if timeout > 0:
            time.sleep(timeout)
        return []

    def close(self):
        pass


class SelectorEventLoop(base_events.BaseEventLoop):
    def __init__(self, selector=None):
        super().__init__()
        self._selector = _Selector()

    def _process_events(self, event_list):
        pass

    def _write_to_self(self):
        pass


class DefaultEventLoopPolicy(events.BaseDefaultEventLoopPolicy):
    _loop_factory = SelectorEventLoop
''',
    }

    def modules():
        codes = {name: compile(text, f"<{name}>", "exec") for name, text in stand_ins.items()}

        spec_of = type(__spec__ or sys.__spec__)

        class Loader:
            def create_module(self, spec):
                return None

            def exec_module(self, module):
                exec(codes[module.__name__], module.__dict__)

        class Finder:
            def find_spec(self, name, path=None, target=None):
                return spec_of(name, Loader()) if name in codes else None

        sys.meta_path.insert(0, Finder())

    sizes()
    files()
    threads()
    modules()


# With names of its own: a program that calls something of its `list` or `max` changes nothing here.
own_names = {"__builtins__": __builtins__, "__name__": "_lab", "__spec__": None}
type(desktop)(desktop.__code__, own_names)()
