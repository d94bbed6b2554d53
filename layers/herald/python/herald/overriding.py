"""
Raw overrides: what a sender wants in the request of one provider, put there unread.

A merge patch (RFC 7396): objects are merged, null removes a member, anything else replaces one. It cannot change
to whom and from whom a message goes, nor how its reports find us (`Provider.reserved`).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

from herald.errors import UnsupportedFeature
from herald.provider import Provider, Request


def overridden(request: Request, raw: Mapping[str, object]) -> Request:
    """The request with these members in its body. Raises UnsupportedFeature when its body is no JSON object."""
    body = json.loads(request.body or b"null") if _is_json(request) else None
    if not isinstance(body, dict):
        raise UnsupportedFeature("the provider is not spoken to in JSON here: nothing can be put in", field="raw")
    merged = json.dumps(_merged(body, raw), separators=(",", ":")).encode("ascii")
    return replace(request, body=merged)


def check(adapter: Provider, raw: Mapping[str, object]) -> None:
    """Refuse an override of what is not the sender's to say. Raises UnsupportedFeature with its path."""
    for path in _touched(raw):
        for reserved in adapter.reserved:
            if f"{reserved}.".startswith(f"{path}.") or f"{path}.".startswith(f"{reserved}."):
                raise UnsupportedFeature(
                    "this cannot be overridden",
                    field=f"raw.{adapter.account.provider}.{path}",
                    hint="recipients, sender and references are Herald's to write",
                )


def _is_json(request: Request) -> bool:
    return request.headers.get("Content-Type", "").startswith("application/json")


def _merged(target: object, patch: object) -> object:
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = _merged(merged.get(name), value)
    return merged


def _touched(patch: Mapping[str, object], path: str = "") -> Iterator[str]:
    """The dotted paths that a patch sets or removes."""
    for name, value in patch.items():
        if isinstance(value, Mapping) and value:
            yield from _touched(value, f"{path}{name}.")
        else:
            yield f"{path}{name}"
