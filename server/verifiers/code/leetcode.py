# Runs inside the sandbox while its image is made, between desktop.py and harness.py: what LeetCode gives a program, and its lists for linked lists and trees.


def leetcode():
    import bisect, collections, copy, datetime, functools, heapq, io, itertools, json, math, operator, random, re, statistics, string, sys
    import typing, builtins

    modules = (typing, string, re, datetime, collections, heapq, bisect, copy, math, random, statistics, itertools, functools, operator, io, json)
    names = {}
    for module in modules:
        public = getattr(module, "__all__", None) or [name for name in vars(module) if not name.startswith("_")]
        # `pow` and `abs` stay those of Python.
        names.update({name: getattr(module, name) for name in public if not hasattr(builtins, name)})
    names.update({module.__name__: module for module in (*modules, sys)})

    class ListNode:
        def __init__(self, val=0, next=None):
            self.val = val
            self.next = next

    class TreeNode:
        def __init__(self, val=0, left=None, right=None):
            self.val = val
            self.left = left
            self.right = right

    nodes = {"ListNode": ListNode, "TreeNode": TreeNode}
    for name, kind in nodes.items():
        kind.__module__, kind.__qualname__ = "program", name
    names.update(nodes)

    # Nodes of a list that may be one without an end.
    longest = 1_000_000

    def linked(values, kind):
        first = None
        for value in reversed(values):
            node = kind(value)
            node.next, first = first, node
        return first

    def values_of(node):
        values = []
        while node is not None:
            if len(values) == longest:
                raise ValueError("the linked list has no end")
            values.append(node.val)
            node = node.next
        return values

    def tree(values, kind):
        """By levels, as LeetCode writes trees: None where there is no child."""
        if not values or values[0] is None:
            return None
        root = kind(values[0])
        waiting, rest = collections.deque([root]), iter(values[1:])
        for value in rest:
            node = waiting.popleft()
            if value is not None:
                node.left = kind(value)
                waiting.append(node.left)
            value = next(rest, None)
            if value is not None:
                node.right = kind(value)
                waiting.append(node.right)
            if not waiting:
                break
        return root

    def levels_of(root):
        values, waiting = [], collections.deque([root])
        while waiting:
            node = waiting.popleft()
            if len(values) == longest:
                raise ValueError("the tree has no end")
            values.append(None if node is None else node.val)
            if node is not None:
                waiting.extend((node.left, node.right))
        while values and values[-1] is None:
            values.pop()
        return values

    def kind_in(annotation):
        text = annotation if isinstance(annotation, str) else repr(annotation)
        return next((name for name in nodes if re.search(rf"\b{name}\b", text)), None)

    def to_nodes(value, annotation, classes):
        """An argument of JSON as its parameter says: a list may be a linked list or a tree, and one of lists several."""
        name = kind_in(annotation)
        if name is None or type(value) is not list:
            return value
        text = annotation if isinstance(annotation, str) else repr(annotation)
        make = linked if name == "ListNode" else tree
        if re.search(r"\b[Ll]ist\[", text):
            return [make(item, classes[name]) if type(item) is list else item for item in value]
        return make(value, classes[name])

    def to_lists(value, annotation=None):
        """A result with its nodes as the lists that they are written as."""
        if value is None:
            text = annotation if isinstance(annotation, str) else repr(annotation)
            return [] if kind_in(annotation) and not re.search(r"\b[Ll]ist\[", text) else None
        name = type(value).__name__
        if name == "ListNode" and hasattr(value, "next"):
            return values_of(value)
        if name == "TreeNode" and hasattr(value, "left"):
            return levels_of(value)
        if type(value) is list and any(type(item).__name__ in nodes for item in value):
            return [to_lists(item, "TreeNode" if item is None else None) for item in value]
        return value

    return names, nodes, to_nodes, to_lists


own_names["leetcode"] = type(leetcode)(leetcode.__code__, own_names)()
