"""
Documented webhooks, mangled: whatever a sender, a network or an enemy may make of a body, its headers and its query.

    mangled = Mangler(seed)(sample)       the same seed mangles alike
"""

import json
import random
import re
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

from herald.provider import Webhook

type Path = tuple[str | int, ...]

_RAW = "@@raw@@"
"""Begins a text of which the rest stands in the body without quotes."""

_VALUES: Sequence[object] = (
    *(None, True, False, 0, -1, 1.5, 10**18, 10**400, "", " ", "0", "null", [], {}, [None], [[]], {"": {}}),
    *("x" * 3_000, "\x00", "a\x00b", "\u202e", "\x1b[31m", "\r\nx: y", "\U0001f600" * 50, "ä", "\ufeff", "\ufffe"),
    *("9999-99-99T99:99:99Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "2025-06-15", "+436761234567"),
    *("\u0664\u0663", "٤٣٦٧٦", "+", "1e999", "{}", "[]", '{"a"', "[" * 200, "%00", "../../x", "' OR 1=1 --"),
    *(f"{_RAW}{token}" for token in ("NaN", "-Infinity", "1e999", "9" * 5_000, '"\\ud800"', '"\\udc00\\ud800"')),
    *(f"{_RAW}{token}" for token in ("[" * 300 + "]" * 300, '{"a":' * 300 + "1" + "}" * 300, "01", "'x'", "")),
)
_HEADERS = (
    "",
    "x",
    "ä",
    "\ud800",
    "\U0001f600",
    "a" * 8_000,
    "sha256=",
    "0" * 64,
    "f" * 128,
    "application/xml",
    "\x00",
)
_KINDS = ("", "status", "inbound", "x" * 64, "\u202e", "a\x00b", "../x", "%2f")


class Mangler:
    """One way to mangle, chosen by its seed."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)  # noqa: S311 - nothing is kept secret by it

    def __call__(self, sample: Webhook) -> Webhook:
        """Mostly the body; now and then headers, query and kind as well."""
        return replace(
            sample,
            body=self._body(sample.body),
            headers=self._headers(sample) if self._dice.random() < 0.3 else sample.headers,
            query={self._pick(_HEADERS): self._pick(_HEADERS)} if self._dice.random() < 0.1 else sample.query,
            kind=self._pick(_KINDS) if self._dice.random() < 0.1 else sample.kind,
        )

    def _pick[T](self, among: Sequence[T]) -> T:
        return self._dice.choice(among)

    def _headers(self, sample: Webhook) -> dict[str, str]:
        names = [*sample.headers, "content-type", "x-hub-signature", "accountkey", "x-pigeon-seal"]
        return {name: self._pick(_HEADERS) for name in names if self._dice.random() < 0.5}

    def _body(self, body: bytes) -> bytes:
        try:
            document = json.loads(body)
        except ValueError:
            return self._bytes(body)
        for _ in range(self._pick((0, 1, 1, 1, 2, 4))):
            document = self._structure(document)
        text = re.sub(rf'"{_RAW}((?:[^"\\]|\\.)*)"', lambda found: json.loads(f'"{found[1]}"'), json.dumps(document))
        return self._bytes(text.encode()) if self._dice.random() < 0.3 else text.encode()

    # Of JSON.

    def _structure(self, document: Any) -> Any:
        """One member, anywhere, is another, or is not, or is there again."""
        paths = list(_paths(document))
        path = self._pick(paths)
        if not path:
            return self._pick(([document], {"results": document}, document, self._value()))
        holder = _at(document, path[:-1])
        act: Callable[[Any, str | int], None] = self._pick(
            (self._put, self._put, self._put, self._remove, self._move, self._wrap, self._multiply)
        )
        act(holder, path[-1])
        return document

    def _put(self, holder: Any, key: str | int) -> None:
        holder[key] = self._value()

    def _value(self) -> Any:
        """One of its own, since it may be mangled in its turn."""
        return deepcopy(self._pick(_VALUES))

    def _remove(self, holder: Any, key: str | int) -> None:
        del holder[key]

    def _move(self, holder: Any, key: str | int) -> None:
        """Under another name, or twice under the same but for its case."""
        if isinstance(holder, dict):
            name = str(key)
            holder[self._pick((name.upper(), name.capitalize(), f"{name} ", "", "\x00", "__proto__"))] = holder[key]
        else:
            holder.reverse()

    def _wrap(self, holder: Any, key: str | int) -> None:
        value = holder[key]
        holder[key] = self._pick(([value], {"value": value}, json.dumps(value), [value] * 3, str(value)))

    def _multiply(self, holder: Any, key: str | int) -> None:
        if isinstance(holder[key], list):
            holder[key] *= self._pick((0, 2, 11, 300))
        elif isinstance(holder[key], str):
            holder[key] *= self._pick((0, 2, 500))

    # Of bytes.

    def _bytes(self, body: bytes) -> bytes:
        at = self._dice.randrange(len(body) + 1)
        text = body.decode("utf-8", "replace")
        ways: Sequence[Callable[[], bytes]] = (
            lambda: body[:at],
            lambda: body[at:],
            lambda: body[:at] + bytes([self._dice.randrange(256)]) + body[at + 1 :],
            lambda: body[:at] + b"\x00" + body[at:],
            lambda: b"\xef\xbb\xbf" + body,
            lambda: text.encode("utf-16"),
            lambda: text.encode("utf-32-be"),
            lambda: text.encode("latin-1", "replace"),
            lambda: body + body,
            lambda: body.replace(b",", b""),
            lambda: body.replace(b'"', b"'"),
            lambda: re.sub(rb'"(\w+)":', rb'"\1":null,"\1":', body),
            lambda: b"body=" + body,
            lambda: b"\x1f\x8b" + body,
            lambda: self._dice.randbytes(at % 300),
            lambda: b"",
        )
        return self._pick(ways)()


def _paths(document: Any, path: Path = ()) -> list[Path]:
    found: list[Path] = [path]
    if isinstance(document, dict):
        for key in document:
            found += _paths(document[key], (*path, key))
    elif isinstance(document, list):
        for key in range(len(document)):
            found += _paths(document[key], (*path, key))
    return found[:500]


def _at(document: Any, path: Path) -> Any:
    for key in path:
        document = document[key]
    return document
