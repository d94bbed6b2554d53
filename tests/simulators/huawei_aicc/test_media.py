"""
The media of a message, fetched and looked at where the setting asks for it.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.simulators.driver import serving
from tests.simulators.huawei_aicc.driver import Simulator

MEGABYTE = 1024 * 1024


async def _file(request: Request) -> Response:
    """`/{size}/{type}/{subtype}`: so many bytes of this type."""
    path = request.path_params
    return Response(b"a" * path["size"], 200, {"Content-Type": f"{path['type']}/{path['subtype']}"})


@pytest.fixture
def files() -> Iterator[str]:
    """The address of a server of files."""
    with serving(Starlette(routes=[Route("/{size:int}/{type}/{subtype}", _file)])) as url:
        yield url


@pytest.fixture
def checking(simulator: Simulator) -> Simulator:
    simulator.change(check_media=True)
    return simulator


SOUND = [
    ("imageUrl", f"{2 * MEGABYTE}/image/jpeg"),
    ("imageUrl", "9/image/png"),
    ("audioUrl", f"{2 * MEGABYTE}/audio/aac"),
    ("videoUrl", f"{10 * MEGABYTE}/video/mp4"),
]
UNSOUND = [
    ("imageUrl", f"{2 * MEGABYTE + 1}/image/jpeg"),
    ("imageUrl", "9/image/gif"),
    ("audioUrl", f"{2 * MEGABYTE + 1}/audio/aac"),
    ("audioUrl", "9/audio/mpeg"),
    ("videoUrl", f"{10 * MEGABYTE + 1}/video/mp4"),
    ("videoUrl", "9/video/3gpp"),
    ("videoUrl", "nowhere"),
]


@pytest.mark.parametrize(("member", "path"), SOUND)
def test_sound(checking: Simulator, files: str, member: str, path: str) -> None:
    """
    Huawei's types pass up to Huawei's sizes.
    """
    assert checking.say(**{member: f"{files}/{path}"}).status_code == 200


@pytest.mark.parametrize(("member", "path"), UNSOUND)
def test_unsound(checking: Simulator, files: str, member: str, path: str) -> None:
    """
    Larger files and others, also such as Infobip takes, are wrong values, and the record says why.
    """
    assert checking.say(**{member: f"{files}/{path}"}).status_code == 500
    assert checking.arrival()["facts"]["refused"].startswith(f"whatsApp.{member} is ")
    assert checking.sent() == {}


@pytest.mark.parametrize("header", [{"imageUrl": "9/image/gif"}, {"videoUrl": "9/video/3gpp"}])
def test_template_header(checking: Simulator, files: str, header: dict[str, str]) -> None:
    """
    The header of a media template is looked at too.
    """
    data: dict[str, Any] = {"body": {}, "header": {name: f"{files}/{path}" for name, path in header.items()}}
    assert checking.say(templateName="t", language="en", mediaTemplateData=data).status_code == 500
    assert checking.arrival()["facts"]["refused"].startswith("whatsApp.mediaTemplateData.header.")


def test_out_of_reach(checking: Simulator) -> None:
    """
    A file that cannot be fetched is a wrong value.
    """
    assert checking.say(imageUrl="http://127.0.0.1:1/a.jpg").status_code == 500
    assert "ConnectError" in checking.arrival()["facts"]["refused"]


def test_unchecked(simulator: Simulator) -> None:
    """
    Unless asked to, the simulator fetches nothing.
    """
    assert simulator.say(imageUrl="http://127.0.0.1:1/a.jpg").status_code == 200
