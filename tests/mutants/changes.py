"""
Small changes to a module: what a slip of the pen could make of it.

Other comparisons, operators, numbers, words and states; a part of a condition, of a table or of what is caught left
out; a test turned round; a statement that is not there; nothing returned. Conditions written in DynamoDB's language are
changed too. Not changed: annotations, docstrings, decorators, and sentences for people.
"""

import ast
import re
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

_COMPARISONS: Mapping[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_OPERATORS: Mapping[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
_FUNCTIONS: Mapping[str, str] = {"min": "max", "max": "min", "any": "all", "all": "any"}
_METHODS: Mapping[str, str] = {
    "fullmatch": "match",
    "match": "search",
    "startswith": "endswith",
    "endswith": "startswith",
    "partition": "rpartition",
    "removeprefix": "removesuffix",
    "removesuffix": "removeprefix",
}
_PLAIN = frozenset({"lower", "upper", "strip", "lstrip", "rstrip", "title"})
"""Methods without which a text is still a text."""

_MEMBERS: Mapping[str, tuple[str, str]] = {
    "HTTPStatus": ("IM_A_TEAPOT", "OK"),
    "Outcome": ("UNCLEAR", "REJECTED"),
    "Reason": ("WINDOW_CLOSED", "UNKNOWN"),
    "State": ("CANCELLED", "ACCEPTED"),
    "Status": ("READ", "SENT"),
}
"""Of these enumerations each member becomes the first of two, which itself becomes the second."""

_TABLE = re.compile(r"[#:][a-z]|attribute_|^ (AND|OR) $")
"""By this a text in DynamoDB's language is known."""

_NETWORK = re.compile(r"([0-9a-f.:]+)/([0-9]+)")

_IN_TABLE = (
    (r" AND ", " OR "),
    (r" OR ", " AND "),
    (r"<=", "<"),
    (r">=", ">"),
    (r"<(?!=)", "<="),
    (r">(?!=)", ">="),
    (r"\battribute_not_exists", "attribute_exists"),
    (r"\battribute_exists", "attribute_not_exists"),
    (r"if_not_exists\([^,]+, (:\w+)\)", r"\1"),
    (r" REMOVE #\w+(?=$| ADD)", ""),
    (r"(?<= REMOVE )(#\w+), #\w+", r"\1"),
    (r"\+ (?=:)", "- "),
)
_AROUND = 40
"""Characters shown before and after what is changed."""

_SKIPPED = frozenset({"annotation", "returns", "decorator_list", "type_params", "format_spec"})


@dataclass(frozen=True, slots=True)
class Change:
    """What is changed, in which line: source text before and after."""

    line: int
    before: str
    after: str


def changes(tree: ast.Module, only: Container[str] | None = None) -> Iterator[Change]:
    """
    Each change in turn, within the functions and tables named in `only`, or all of them.

    The tree holds the change until the next one is asked for, and is as it was at the end.
    """
    for index, statement in enumerate(tree.body):
        if only is None or _name_of(statement) in only:
            yield from _within(statement, "body", tree.body.__setitem__, index)


def _within(node: ast.AST, field: str, put: Callable[[Any, Any], None], place: Any) -> Iterator[Change]:
    """The changes of a node, which is or is in this `field`, and of all below it; `put` another in its `place`."""
    if _left_alone(node):
        return
    for other in chain(_others(node), _parts_left_out(node, field)):
        put(place, ast.fix_missing_locations(ast.copy_location(other, node)))
        yield _change(node, other)
    put(place, node)
    for name, value in ast.iter_fields(node):
        for item, put_item, at in _places(node, name, value):
            if not _crashes_only(node, name, item) and not _said_to_people(node, name, item):
                yield from _within(item, name, put_item, at)
        if name == "test":
            yield from _turned_round(node, value)


def _places(node: ast.AST, name: str, value: object) -> Iterator[tuple[ast.AST, Callable[[Any, Any], None], Any]]:
    """The nodes of one field, each with what puts another in its place."""
    if name in _SKIPPED:
        return
    if isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, ast.AST):
                yield item, value.__setitem__, index
    elif isinstance(value, ast.AST):
        yield value, partial(setattr, node), name


def _turned_round(node: Any, test: ast.expr) -> Iterator[Change]:
    """The other way, where nothing in the test itself can be changed to that."""
    if not isinstance(test, ast.Compare | ast.BoolOp) and not _is_not(test):
        node.test = ast.fix_missing_locations(ast.copy_location(ast.UnaryOp(ast.Not(), test), test))
        yield _change(test, node.test)
        node.test = test


def _left_alone(node: ast.AST) -> bool:
    """Whether nothing in this node decides anything: docstrings, types, imports that only types need."""
    match node:
        case ast.Expr(ast.Constant(str())) | ast.TypeAlias() | ast.If(ast.Name("TYPE_CHECKING")):
            return True
        case ast.Constant(str() as text):
            return " " in text and not _TABLE.search(text)
    return False


def _crashes_only(node: ast.AST, field: str, item: ast.AST) -> bool:
    """Whether another text in this place would be found by any test that comes by: the name of what is in a mapping."""
    named = (isinstance(node, ast.Subscript) and field == "slice") or (isinstance(node, ast.Dict) and field == "keys")
    return named and isinstance(item, ast.Constant)


def _said_to_people(node: ast.AST, field: str, item: ast.AST) -> bool:
    """The sentence and the hint of an error."""
    error = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id[:1].isupper()
    sentence = error and field == "args" and isinstance(item, ast.JoinedStr) and not _TABLE.search(ast.unparse(item))
    return sentence or (isinstance(item, ast.keyword) and item.arg == "hint")


def _others(node: ast.AST) -> Iterator[ast.AST]:  # noqa: C901, PLR0912 - one case a kind of node
    """What could stand in place of this node."""
    match node:
        case ast.Compare(left, operators, rights):
            for index, operator in enumerate(operators):
                for comparison in _COMPARISONS[type(operator)]:
                    yield ast.Compare(left, [*operators[:index], comparison(), *operators[index + 1 :]], rights)
        case ast.BoolOp(boolean, values):
            yield ast.BoolOp(ast.Or() if isinstance(boolean, ast.And) else ast.And(), values)
            for rest in _each_left_out(values):
                yield ast.BoolOp(boolean, rest) if rest[1:] else rest[0]
        case ast.UnaryOp(ast.Not() | ast.USub(), operand):
            yield operand
        case ast.BinOp(left, ast.BitOr(), right):
            yield from (left, right)
        case ast.BinOp(left, operator, right) if type(operator) in _OPERATORS:
            yield ast.BinOp(left, _OPERATORS[type(operator)](), right)
        case ast.IfExp(_, body, orelse):
            yield from (body, orelse)
        case ast.Constant(value):
            yield from map(ast.Constant, _other_values(value))
        case ast.Slice(lower, upper, step):
            yield from [ast.Slice(None, upper, step)] if lower else []
            yield from [ast.Slice(lower, None, step)] if upper else []
        case ast.Attribute(ast.Name(name) as enumeration, member) if name in _MEMBERS and member.isupper():
            first, second = _MEMBERS[name]
            yield ast.Attribute(enumeration, second if member == first else first, ast.Load())
        case ast.Call():
            yield from _other_calls(node)
        case ast.Return(value) if value is not None and not isinstance(value, ast.Constant):
            yield ast.Return(ast.Constant(None))
        case ast.Raise() | ast.Expr(ast.Call()) | ast.AugAssign() | ast.Break() | ast.Continue():
            yield ast.Pass()
        case ast.ExceptHandler(caught, name, body) if not isinstance(body[-1], ast.Raise) or body[-1].exc:
            yield ast.ExceptHandler(caught, name, [ast.Raise(None, None)])


def _parts_left_out(node: ast.AST, field: str) -> Iterator[ast.AST]:
    """
    A table, or what is looked for or caught, without one of its parts.

    The values of a condition are named in it, each one, so none is left out; nor is a part of a pair that is returned.
    """
    match node:
        case ast.Tuple(elements, ast.Load()) if field in {"args", "comparators", "type"}:
            yield from (ast.Tuple(rest, ast.Load()) for rest in _each_left_out(elements))
        case ast.Tuple([_, _, _, *_] as elements, ast.Load()) if field == "value":
            yield from (ast.Tuple(rest, ast.Load()) for rest in _each_left_out(elements))
        case ast.List(elements, ast.Load()):
            yield from (ast.List(rest, ast.Load()) for rest in _each_left_out(elements))
        case ast.Set(elements):
            yield from (ast.Set(rest or [ast.Starred(ast.Tuple([], ast.Load()))]) for rest in _each_left_out(elements))
        case ast.Dict(keys, values) if field != "args":
            for index in range(len(keys)):
                yield ast.Dict([*keys[:index], *keys[index + 1 :]], [*values[:index], *values[index + 1 :]])


def _other_calls(call: ast.Call) -> Iterator[ast.AST]:
    match call:
        case ast.Call(ast.Name("suppress"), caught):
            for rest in _each_left_out(caught):
                yield ast.Call(call.func, rest, [])
        case ast.Call(ast.Name(name)) if name in _FUNCTIONS:
            yield ast.Call(ast.Name(_FUNCTIONS[name], ast.Load()), call.args, call.keywords)
        case ast.Call(ast.Attribute(value, method)):
            if method in _PLAIN:
                yield value
            if method in _METHODS:
                yield ast.Call(ast.Attribute(value, _METHODS[method], ast.Load()), call.args, call.keywords)


def _other_values(value: object) -> Iterator[Any]:
    match value:
        case bool():
            yield not value
        case int() | float():
            yield value + 1
        case str() if found := _NETWORK.fullmatch(value):
            yield f"{found[1]}/{int(found[2]) - 1 if found[2] == '32' else int(found[2]) + 1}"
        case str() if _TABLE.search(value):
            yield from _other_conditions(value)
        case str():
            yield "" if value else "XX"
        case bytes():
            yield b"" if value else b"XX"


def _other_conditions(text: str) -> Iterator[str]:
    """A part of a condition that always holds, and each word that has another meaning the other way."""
    parts = text.split(" AND ")
    for index, part in enumerate(parts):
        if part.strip() and len(parts) > 1:
            holds = f"({part} OR attribute_exists(pk))"
            yield " AND ".join([*parts[:index], holds, *parts[index + 1 :]])
    for pattern, new in _IN_TABLE:
        for found in re.finditer(pattern, text):
            yield text[: found.start()] + found.expand(new) + text[found.end() :]


def _each_left_out[T](items: list[T]) -> Iterator[list[T]]:
    for index in range(len(items)):
        yield [*items[:index], *items[index + 1 :]]


def _is_not(node: ast.AST) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)


def _name_of(statement: ast.stmt) -> str:
    """The name that a statement of a module defines, empty where it defines none."""
    match statement:
        case ast.FunctionDef(name) | ast.ClassDef(name):
            return name
        case ast.Assign([ast.Name(name)]) | ast.AnnAssign(ast.Name(name)):
            return name
    return ""


def _change(node: ast.AST, other: ast.AST) -> Change:
    """What is changed, with a little of what stands around it."""
    before, after = _text(node), _text(other)
    same = _alike(before, after)
    same_end = _alike(before[same:][::-1], after[same:][::-1])
    start, end = max(same - _AROUND, 0), max(same_end - _AROUND, 0)
    return Change(getattr(node, "lineno", 0), before[start : len(before) - end], after[start : len(after) - end])


def _alike(one: str, other: str) -> int:
    """With how many characters both begin."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _text(node: ast.AST) -> str:
    """Source text on one line."""
    if isinstance(node, ast.ExceptHandler):
        node = ast.Try([ast.Pass()], [node], [], [])
    return " ".join(ast.unparse(ast.fix_missing_locations(node)).split())
