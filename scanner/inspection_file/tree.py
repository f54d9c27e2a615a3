"""YAML as a tree that remembers where everything stood. Every scalar stays the text that was written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from scanner.inspection_file.fault import Fault

DEEPEST = 12
"""Levels of nesting; the format itself needs seven."""

MOST = 300_000
"""Keys, values and entries of one file: several times the largest unit's addresses, one by one."""

NULLS = frozenset(["", "~", "null", "Null", "NULL"])

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Node:
    """A scalar (`text`), a mapping (`entries`, with the keys' own nodes) or a list (`items`)."""

    line: int
    column: int
    text: str | None = None
    entries: "dict[str, tuple[Node, Node]] | None" = None
    items: "list[Node] | None" = None
    pending: "Node | None" = None  # the key that waits for its value
    faults: list[Fault] = field(default_factory=list)

    def plain(self) -> Any:
        """None, texts, lists and dicts, as a validator wants them."""
        if self.entries is not None:
            return {key: value.plain() for key, (_, value) in self.entries.items()}
        if self.items is not None:
            return [item.plain() for item in self.items]
        return self.text

    def at(self, path: Sequence[str | int]) -> "Node":
        """The node at `path`, or the nearest there is above it; a mapping's key where the path ends in one."""
        found = self
        for depth, part in enumerate(path):
            if found.entries is not None and part in found.entries:
                key, value = found.entries[str(part)]
                found = value if depth < len(path) - 1 else key
            elif found.items is not None and isinstance(part, int) and part < len(found.items):
                found = found.items[part]
            else:
                break
        return found


def read_tree(text: str) -> tuple[Node | None, list[Fault]]:
    """The tree of one YAML document and what is wrong with it as YAML; no tree where it broke off.

    Aliases, tags and second documents are faults: a file that others sign says everything in full.
    """
    faults: list[Fault] = []
    root = Node(1, 1, items=[])
    stack = [root]
    try:
        for count, event in enumerate(yaml.parse(text, Loader=Loader)):
            if count > MOST:
                return None, [*faults, Fault("yaml-many", line=_place(event)[0], values={"most": MOST})]
            if fault := _take(event, stack):
                faults.append(fault)
                if fault.code in ("yaml-alias", "yaml-deep", "yaml-documents"):
                    return None, faults
    except yaml.YAMLError as error:
        return None, [*faults, _broken(error, text)]
    faults += list(_collected(root))
    if not root.items or root.items[0].entries is None:
        empty = not root.items or root.items[0].plain() is None
        return None, [*faults, Fault("file-empty" if empty else "not-the-format", line=1, column=1)]
    return root.items[0], faults


def _take(event: yaml.Event, stack: list[Node]) -> Fault | None:
    line, column = _place(event)
    match event:
        case yaml.AliasEvent():
            return Fault("yaml-alias", line=line, column=column)
        case yaml.DocumentStartEvent() if stack[0].items:
            return Fault("yaml-documents", line=line, column=column)
        case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
            stack.pop()
            return None
        case yaml.ScalarEvent():
            node = Node(line, column, text=None if event.implicit[0] and event.value in NULLS else event.value)
            _add(node, stack[-1], event.value)
        case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
            mapping = isinstance(event, yaml.MappingStartEvent)
            node = Node(line, column, entries={} if mapping else None, items=None if mapping else [])
            _add(node, stack[-1], None)
            stack.append(node)
            if len(stack) > DEEPEST:
                return Fault("yaml-deep", line=line, column=column)
        case _:
            return None
    if getattr(event, "tag", None) is not None:
        return Fault("yaml-tag", line=line, column=column, values={"tag": event.tag})
    return None


def _place(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _add(node: Node, parent: Node, key: str | None) -> None:
    if parent.items is not None:
        parent.items.append(node)
    elif parent.pending is None:
        if key is None:
            parent.faults.append(Fault("key-not-text", line=node.line, column=node.column))
        node.text = key if key is not None else f"\0{node.line}:{node.column}"
        parent.pending = node
    else:
        name, parent.pending, entries = parent.pending, None, parent.entries or {}
        if (name.text or "") in entries:
            first = entries[name.text or ""][0].line
            values = {"name": name.text, "first": first}
            parent.faults.append(Fault("key-twice", (name.text or "",), name.line, name.column, values=values))
        elif not (name.text or "").startswith("\0"):
            entries[name.text or ""] = (name, node)
        parent.entries = entries


def _collected(root: Node) -> Iterator[Fault]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield from node.faults
        waiting += [value for _, value in (node.entries or {}).values()] + (node.items or [])


def _broken(error: yaml.YAMLError, text: str) -> Fault:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else _line_of(text, getattr(error, "position", None))
    column = mark.column + 1 if mark else None
    written = text.splitlines()[line - 1 : line] if line else []
    indent = written[0][: len(written[0]) - len(written[0].lstrip())] if written else ""
    if "\t" in indent:
        return Fault("yaml-tab", line=line, column=indent.index("\t") + 1)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
    if "nesting depth" in problem:  # the parser's own bound, met before ours where it reads ahead
        return Fault("yaml-deep", line=line or 1, column=column)
    return Fault("yaml-syntax", line=line or 1, column=column, values={"problem": problem})


def _line_of(text: str, position: int | None) -> int | None:
    return None if position is None else text.count("\n", 0, position) + 1
