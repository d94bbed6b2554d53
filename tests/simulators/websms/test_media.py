"""
Media files, up and down.
"""

import uuid
from collections.abc import Callable

from tests.simulators.websms.driver import Simulator


def test_round_trip(simulator: Simulator) -> None:
    """
    What goes up comes down byte for byte under its content type, by the mediaId in either case.
    """
    content = bytes(range(256)) * 10
    document = simulator.upload(content, "image/jpeg").json()
    media_id = document.pop("mediaId")
    assert document == {"statusCode": 2000, "statusMessage": "OK"}
    assert str(uuid.UUID(media_id)) == media_id
    for written in (media_id, media_id.upper()):
        answer = simulator.download(written)
        assert (answer.content, answer.headers["content-type"]) == (content, "image/jpeg")


def test_nothing_and_too_much(simulator: Simulator) -> None:
    """
    No bytes and one byte too many are 4034.
    """
    simulator.control("PATCH", "settings", {"media_max_bytes": 8})
    assert simulator.upload(b"12345678").status_code == 200
    for content in (b"", b"123456789"):
        answer = simulator.upload(content)
        assert (answer.status_code, answer.json()) == (400, {"statusCode": 4034, "statusMessage": "Invalid media."})


def test_unknown_file(simulator: Simulator) -> None:
    """
    An unknown file is 404 by the documents' rule for missing entities.
    """
    answer = simulator.download("5a8ffac5-2288-485d-b463-90c3cd9941ad")
    assert (answer.status_code, answer.json()["statusCode"]) == (404, 4034)


def test_scopes(simulator: Simulator) -> None:
    """
    Uploading and downloading are two scopes.
    """
    media_id = simulator.upload(b"a").json()["mediaId"]
    assert simulator.upload(b"a", token=simulator.token("media:read")).status_code == 403
    assert simulator.download(media_id, simulator.token("media:create")).status_code == 403


def test_another_clients_file(start: Callable[..., Simulator]) -> None:
    """
    Another client's file is the documents' one printed answer: 4001, Invalid applicationId.
    """
    simulator = start(clients={"sim-client": "sim-secret", "other": "secret"})
    media_id = simulator.upload(b"a").json()["mediaId"]
    form = {"grant_type": "client_credentials", "scope": "media:read"}
    answer = simulator.download(media_id, simulator.ask_token(form, ("other", "secret")).json()["access_token"])
    assert (answer.status_code, answer.json()) == (400, {"statusCode": 4001, "statusMessage": "Invalid applicationId"})


def test_forgetting(simulator: Simulator) -> None:
    """
    A file can be forgotten, so that a remembered mediaId is refused; uploads are counted.
    """
    media_id = simulator.upload(b"a").json()["mediaId"]
    assert simulator.control("GET", "media")["uploads"] == 1
    simulator.control("DELETE", f"media/{media_id}")
    assert simulator.media(media_id).status_code == 404


def test_the_shelf_is_bounded(start: Callable[..., Simulator]) -> None:
    """
    When the shelf is full the oldest file goes.
    """
    simulator = start(media_store_bytes=10)
    first, second = (simulator.upload(b"123456").json()["mediaId"] for _ in range(2))
    assert simulator.download(first).status_code == 404
    assert simulator.download(second).status_code == 200
