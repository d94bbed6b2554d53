"""
The local AWS is a good guest: it reaches no real account, says plainly why it cannot start, and leaves nothing behind.
"""

import contextlib
import os
import socket
from pathlib import Path

import pytest

from local import aws
from local.aws import LocalAws, LocalAwsError


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def folders() -> set[str]:
    return {path.name for path in Path(aws.__file__).parent.joinpath(".tmp").glob(f"{os.getpid()}-*")}


def test_leaves_nothing_behind() -> None:
    """
    After the block no process listens and no temporary folder is left, even if the block ends by Ctrl-C.
    """
    before = folders()
    running = LocalAws()
    with contextlib.suppress(KeyboardInterrupt), running:
        assert listens(running.port)
        assert folders() != before
        raise KeyboardInterrupt
    assert not listens(running.port)
    assert folders() == before


def test_port_in_use() -> None:
    """
    A port that is taken is one clear sentence, and whoever has it is not touched.
    """
    with LocalAws() as first:
        with pytest.raises(LocalAwsError, match=f"port {first.port} is in use"):
            LocalAws(first.port).start()
        assert listens(first.port)


@pytest.mark.parametrize(
    "endpoint",
    ["https://sqs.eu-central-1.amazonaws.com", "http://10.0.0.1:4566", "http://127.0.0.1.example.com", ""],
)
def test_never_leaves_the_machine(endpoint: str) -> None:
    """
    Nothing is deployed to an endpoint that is not on the loopback.
    """
    with pytest.raises(LocalAwsError, match="not on this machine"):
        aws.deployer_environment(endpoint)


def test_users_account_is_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A profile, session or file of the user's never reaches the programs that deploy locally.
    """
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_SQS", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "of the user")
    environment = aws.deployer_environment("http://127.0.0.1:4566")
    assert "of the user" not in environment.values()
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
