"""
Every place where Herald changes something outside of its memory, found in its source.

A site is one call of a border of ours (`EFFECTS`): of the table, the queues, the bucket, the bus, the secrets, a
provider, a user's address. Whose method a call is follows from annotations: of parameters, fields, properties and
what a constructor is given. A private method that makes one such call for several others is no site itself: each
place that calls it is. A site is known by its lines, so that a call on its way out can be told where it is from.
"""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FrameType
from typing import cast

import herald

SOURCE = Path(herald.__file__).parent

EFFECTS: Mapping[str, frozenset[str]] = {
    "Table": frozenset({"put", "insert", "insert_all", "update", "delete"}),
    "Queues": frozenset({"put"}),
    "Bucket": frozenset({"put", "delete", "describe", "quarantine"}),
    "Bus": frozenset({"put"}),
    "Secrets": frozenset({"of_account", "others", "read"}),
    "Exchange": frozenset({"send"}),
    "Guarded": frozenset({"fetch", "post"}),
}
"""The methods of our borders that reach out: all that write, and reads that are paid for or counted by somebody."""


@dataclass(frozen=True, slots=True)
class Site:
    """One call in the source: `aws.messages.Messages.insert: Table.put`, numbered where it has its like beside it."""

    name: str
    border: str


class _MethodCall(ast.Call):
    """A call of a method."""

    func: ast.Attribute


type Effect = tuple[_MethodCall, str, str]
type Attributes = dict[str, dict[str, str]]
"""By class, the class of each attribute."""

type Lines = Mapping[tuple[str, int], Site]
"""By file and line."""


def sites(source: Path = SOURCE) -> frozenset[Site]:
    """All of them."""
    return frozenset(_lines(source).values())


def site_of(frame: FrameType | None, borders: frozenset[str]) -> Site | None:
    """The site, of one of these borders, from which this frame was called: the nearest one."""
    lines = _lines(SOURCE)
    while frame is not None:
        site = lines.get((frame.f_code.co_filename, frame.f_lineno))
        if site is not None and site.border in borders:
            return site
        frame = frame.f_back
    return None


@cache
def _lines(source: Path) -> Lines:
    trees = {path: ast.parse(path.read_text()) for path in sorted(source.rglob("*.py"))}
    attributes: Attributes = {}
    for tree in trees.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                attributes.setdefault(node.name, {}).update(_attributes(node))
    found: dict[tuple[str, int], Site] = {}
    for path, tree in trees.items():
        module = ".".join(path.relative_to(source).with_suffix("").parts).removesuffix(".__init__")
        for site, call in _sites_in(tree, module, attributes):
            for line in range(call.lineno, (call.end_lineno or call.lineno) + 1):
                found[str(path), line] = site
    return found


def _sites_in(tree: ast.Module, module: str, attributes: Attributes) -> Iterator[tuple[Site, ast.Call]]:
    """The sites of a module, but for what a border calls of itself."""
    functions = [each for each in _functions(tree) if each[1] not in EFFECTS]
    calls = {name: list(_effects(owner, function, attributes)) for name, owner, function in functions}
    shared = {name: effects[0] for name, effects in calls.items() if len(effects) == 1 and "._" in name}
    callers = {
        name: [(call, f"{owner}.{call.func.attr}") for call in _own_calls(owner, function)]
        for name, owner, function in functions
    }
    users = Counter(called for each in callers.values() for _, called in each if called in shared)
    for name, direct in calls.items():
        if users[name] > 1:
            continue
        seen: Counter[str] = Counter()
        through = [(call, *shared[called][1:]) for call, called in callers[name] if users[called] > 1]
        for call, border, method in sorted(direct + through, key=lambda each: each[0].lineno):
            said = f"{module}.{name}: {border}.{method}"
            seen[said] += 1
            yield Site(said if seen[said] == 1 else f"{said} ({seen[said]})", border), call


def _effects(owner: str, function: ast.FunctionDef, attributes: Attributes) -> Iterator[Effect]:
    """The calls of borders within a function: each with its border and its method."""
    types = _parameters(function) | ({"self": owner} if owner else {})
    for call in _calls(function):
        border = _type_of(call.func.value, types, attributes)
        if call.func.attr in EFFECTS.get(border, ()):
            yield call, border, call.func.attr


def _own_calls(owner: str, function: ast.FunctionDef) -> Iterator[_MethodCall]:
    """Calls of `self.method`."""
    return (call for call in _calls(function) if owner and ast.unparse(call.func.value) == "self")


def _calls(function: ast.FunctionDef) -> Iterator[_MethodCall]:
    """Calls of methods, in the order in which they are written."""
    found = [node for node in ast.walk(function) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    yield from cast("list[_MethodCall]", sorted(found, key=lambda call: (call.lineno, call.col_offset)))


def _functions(tree: ast.Module) -> Iterator[tuple[str, str, ast.FunctionDef]]:
    """Functions and methods by name, each with its class; what is defined within one belongs to it."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, "", node
        elif isinstance(node, ast.ClassDef):
            methods = (each for each in node.body if isinstance(each, ast.FunctionDef))
            yield from ((f"{node.name}.{each.name}", node.name, each) for each in methods)


def _attributes(node: ast.ClassDef) -> dict[str, str]:
    """What the attributes of a class are, as far as its fields, properties and constructor say."""
    found: dict[str, str] = {}
    for each in node.body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            found[each.target.id] = _named(each.annotation)
        elif isinstance(each, ast.FunctionDef):
            if each.decorator_list:
                found[each.name] = _named(each.returns)
            found |= _assigned(each)
    return found


def _assigned(function: ast.FunctionDef) -> dict[str, str]:
    """`self._table = table` and `self._due = DueIndex(table)`."""
    types = _parameters(function)
    found: dict[str, str] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
            if isinstance(node.value, ast.Name) and node.value.id in types:
                found[node.targets[0].attr] = types[node.value.id]
            elif isinstance(node.value, ast.Call):
                found[node.targets[0].attr] = _named(node.value.func)
    return found


def _parameters(function: ast.FunctionDef) -> dict[str, str]:
    arguments = function.args
    return {each.arg: _named(each.annotation) for each in (*arguments.args, *arguments.kwonlyargs)}


def _named(annotation: ast.expr | None) -> str:
    """The class that an annotation names, quoted or not; of several the first."""
    match annotation:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Constant(value=str(name)):
            return name
        case ast.BinOp(left=left):
            return _named(left)
        case _:
            return ""


def _type_of(value: ast.expr, types: Mapping[str, str], attributes: Attributes) -> str:
    """The class of `self.parts.queues`, or of a local that was made right here."""
    match value:
        case ast.Name(id=name):
            return types.get(name, "")
        case ast.Attribute(value=inner, attr=name):
            return attributes.get(_type_of(inner, types, attributes), {}).get(name, "")
        case ast.Call(func=ast.Name(id=name)):
            return name
        case _:
            return ""
