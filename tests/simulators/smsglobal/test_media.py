"""
The check of a message's file, and the table it follows.
"""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from local.simulators.smsglobal.media import is_acceptable
from tests.simulators.driver import serving
from tests.simulators.smsglobal.driver import Simulator
from tests.simulators.smsglobal.test_states import end


async def file(request: Request) -> Response:
    """
    As many bytes as asked for, of the type asked for.
    """
    query = request.query_params
    return Response(b"." * int(query["size"]), int(query.get("status", 200)), {"Content-Type": query["type"]})


@pytest.fixture(scope="session")
def files() -> Iterator[str]:
    """
    Where files are, and one that has moved.
    """
    moved = Route("/moved", lambda _: RedirectResponse("/file?type=image/png&size=9"))
    with serving(Starlette(routes=[Route("/file", file), moved])) as url:
        yield url


@pytest.mark.parametrize(
    ("kind", "content_type", "size"),
    [
        ("document", "application/pdf", 100_000_000),
        ("document", "text/csv; charset=utf-8", 1),
        ("document", "image/webp", 100_000_000),
        ("document", "audio/opus", 1),
        ("image", "image/jpeg", 5_000_000),
        ("image", "IMAGE/PNG", 1),
        ("audio", "audio/ogg; codecs=opus", 16_000_000),
        ("video", "video/3gpp", 16_000_000),
        ("sticker", "image/webp", 100_000),
    ],
)
def test_table(kind: str, content_type: str, size: int) -> None:
    """
    A listed content type up to the limit is fine, one byte more is not.
    """
    assert is_acceptable(kind, content_type, size)
    assert not is_acceptable(kind, content_type, max(size + 1, 100_000_001))


@pytest.mark.parametrize(
    ("kind", "content_type"),
    [
        ("image", "image/webp"),
        ("audio", "video/mp4"),
        ("video", "audio/mp4"),
        ("sticker", "image/png"),
        ("document", "application/zip"),
        ("image", ""),
    ],
)
def test_not_in_the_table(kind: str, content_type: str) -> None:
    """
    A content type of another kind of message is not fine, nor one that is not listed.
    """
    assert not is_acceptable(kind, content_type, 1)


@pytest.mark.parametrize(
    ("kind", "path", "state"),
    [
        ("image", "file?type=image/png&size=5000000", "read"),
        ("image", "file?type=image/png&size=5000001", "failed"),
        ("image", "file?type=image/webp&size=9", "failed"),
        ("image", "file?type=image/png&size=9&status=404", "failed"),
        ("image", "moved", "read"),
        ("sticker", "file?type=image/webp&size=100001", "failed"),
        ("document", "file?type=text/csv&size=9", "read"),
    ],
)
def test_check(simulator: Simulator, files: str, kind: str, path: str, state: str) -> None:
    """
    Where it is set, the file is fetched after the message was taken, and a bad one fails it.
    """
    simulator.change(check_media=True)
    assert end(simulator, {"type": kind, "url": f"{files}/{path}"})[1] == state


def test_unreachable(simulator: Simulator) -> None:
    """
    A file that cannot be had fails the message; without the check nobody looks.
    """
    message = {"type": "image", "url": "http://127.0.0.1:1/a.png"}
    assert end(simulator, message)[1] == "read"
    simulator.change(check_media=True)
    assert end(simulator, message)[1] == "failed"


def test_no_file(simulator: Simulator) -> None:
    """
    What has no URL is not checked.
    """
    simulator.change(check_media=True)
    assert end(simulator, {"type": "sticker", "id": "sticker-1", "url": None})[1] == "read"
    assert end(simulator)[1] == "read"
