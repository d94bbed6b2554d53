"""
The vendor's own client, npm smsglobal 1.2.5, signs its way into the simulator. It knows SMS only, so two operations
move to its paths.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.simulators.npm import installed, run_node
from tests.simulators.smsglobal.driver import Simulator

SCRIPT = """
const [url, secret, id] = process.argv.slice(1);
require("smsglobal/lib/config").host = `${url}/v2`;
const client = require("smsglobal")("sim-key", secret);
const done = (error, answer) => console.log(JSON.stringify(error || answer));
if (id) { client.sms.get(id, done); } else { client.sms.getAll({limit: 2, offset: 1}, done); }
"""


@pytest.fixture(scope="session")
def folder(pytestconfig: pytest.Config) -> Path:
    return installed(pytestconfig, "smsglobal", "1.2.5")


@pytest.fixture
def moved(simulator: Simulator) -> Simulator:
    simulator.change(paths={"list_outgoing": "/v2/sms", "get_outgoing": "/v2/sms/{id}"})
    return simulator


def ask(folder: Path, simulator: Simulator, secret: str, *arguments: str) -> Any:
    return run_node(folder, SCRIPT, simulator.url, secret, *arguments)


def test_let_in(folder: Path, moved: Simulator) -> None:
    """
    It lists, with a query that is signed too, and gets one message.
    """
    sent = [moved.send().json()["id"] for _ in range(3)]
    listed = ask(folder, moved, "sim-secret")
    assert listed["statusCode"] == 200
    assert [one["id"] for one in listed["data"]["messages"]] == sent[:0:-1]
    assert ask(folder, moved, "sim-secret", str(sent[0]))["data"]["id"] == sent[0]


def test_kept_out(folder: Path, moved: Simulator) -> None:
    """
    With a wrong secret it reports 403.
    """
    assert ask(folder, moved, "wrong")["statusCode"] == 403
