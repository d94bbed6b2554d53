"""
What each function loads: nothing that it does not need, since every module is paid for by a cold start.

Each is imported in a fresh interpreter whose path is as on Lambda, and does one call of its work.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.world import ROOT, World

PROBE = """
import json, sys
import app
print(json.dumps(sorted(sys.modules)))
"""

# What a use case may load besides what all have: asked for by `Assembly`, so it is named here by the function.
EVERYWHERE = {
    "herald",
    "herald.assembly",
    "herald.aws",
    "herald.aws.attributes",
    "herald.aws.clients",
    "herald.aws.keys",
    "herald.aws.queues",
    "herald.aws.registry",
    "herald.aws.secrets",
    "herald.aws.settings",
    "herald.aws.table",
    "herald.aws.telemetry",
    "herald.clock",
    "herald.content",
    "herald.errors",
    "herald.models",
    "herald.retention",
    "herald.status",
    "herald.webhook_address",
}
"""Modules that every function loads."""

NEVER = {"aws_xray_sdk", "moto", "pytest", "requests"}
"""
Nobody needs these. (`import boto3` alone brings s3transfer and, with it, multiprocessing; only a client made by
botocore's own session would not.)
"""

NO_HTTP = {
    "httpx",
    "httpcore",
    "herald.exchange",
    "herald.guarded",
    "herald.timed",
    "herald.calling",
    "herald.posting",
    "herald.relaying",
}

MAY_LOAD: dict[str, set[str]] = {
    "callback": {
        "herald.authenticating",
        "herald.aws.deliveries",
        "herald.aws.endpoint_gates",
        "herald.aws.endpoints",
        "herald.aws.listing",
        "herald.body",
        "herald.callback_record",
        "herald.calling_back",
        "herald.cursor",
        "herald.endpoint",
        "herald.endpoint_door",
        "herald.event",
        "herald.guarded",
        "herald.identifier",
        "herald.pinned",
        "herald.posting",
        "herald.public_address",
        "herald.questions",
        "herald.registering",
        "herald.replaying",
        "herald.retry_after",
        "herald.schedule",
        "herald.segment",
        "herald.stored",
        "herald.tenancy",
        "herald.view",
        "herald.web",
        "herald.web_address",
    },
    "send": {
        "herald.accepting",
        "herald.authenticating",
        "herald.aws.bucket",
        "herald.aws.due",
        "herald.aws.erasures",
        "herald.aws.messages",
        "herald.aws.quotas",
        "herald.aws.requests",
        "herald.body",
        "herald.erasure_door",
        "herald.identifier",
        "herald.limiting",
        "herald.media_type",
        "herald.degrading",
        "herald.outcome",
        "herald.overriding",
        "herald.planning",
        "herald.provider",
        "herald.public_address",
        "herald.rendering",
        "herald.retry_after",
        "herald.segment",
        "herald.sending",
        "herald.shelving",
        "herald.stored",
        "herald.tenancy",
        "herald.view",
        "herald.waiting",
        "herald.web",
        "herald.web_address",
    },
    "deliver": {
        "herald.attempting",
        "herald.aws.bucket",
        "herald.aws.inbound",
        "herald.aws.messages",
        "herald.aws.pacing",
        "herald.aws.rendezvous",
        "herald.aws.requests",
        "herald.aws.tokens",
        "herald.aws.uploads",
        "herald.batching",
        "herald.calling",
        "herald.delivering",
        "herald.exchange",
        "herald.gate",
        "herald.guarded",
        "herald.identifier",
        "herald.lanes",
        "herald.media_type",
        "herald.outcome",
        "herald.overriding",
        "herald.pinned",
        "herald.provider",
        "herald.public_address",
        "herald.relaying",
        "herald.rendering",
        "herald.reporting",
        "herald.retry_after",
        "herald.sandbox",
        "herald.segment",
        "herald.shelving",
        "herald.stored",
        "herald.tenancy",
        "herald.timed",
        "herald.view",
        "herald.web_address",
    },
}


@pytest.fixture(scope="module")
def environments() -> dict[str, dict[str, str]]:
    with World.open() as world:
        functions = sorted(path.parent.name for path in ROOT.glob("functions/*/app.py"))
        return {name: world.environment(name) for name in functions}


USE = {
    "send": "app.parts.sending; app.parts.erasures; app.routes",
    "deliver": "app.parts.delivering; app.parts.batching; app.parts.exchange",
    "webhook": "app.parts.receiving",
    "publish": "app.parts.publishing",
    "callback": "app.door; app.parts.calling_back; app.parts.registering; app.parts.replaying",
    "clock": "app.parts.waking",
    "media": "app.door",
    "query": "app.door",
}
"""What a first call makes each function load."""


def loaded(function: str, environment: dict[str, str]) -> set[str]:
    """The modules of a worker of this function after it has put its parts together."""
    layers = os.pathsep.join([str(ROOT / "functions" / function), str(ROOT / "layers/herald/python")])
    code = PROBE.replace("import app\n", f"import app\n{USE[function]}\n")
    variables = {
        **environment,
        "AWS_DEFAULT_REGION": "eu-central-1",
        "PATH": os.environ["PATH"],
        "PYTHONPATH": layers,
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", code], env=variables, capture_output=True, text=True, check=False, cwd=Path("/")
    )
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(done.stdout.splitlines()[-1])
    return set(found)


def functions() -> list[str]:
    return sorted(path.parent.name for path in ROOT.glob("functions/*/app.py"))


@pytest.mark.parametrize("function", functions())
def test_loaded(function: str, environments: dict[str, dict[str, str]]) -> None:
    """No function loads a tracer, an adapter nobody asked for or another's use case, nor HTTP where it speaks none."""
    found = loaded(function, environments[function])
    ours = {name for name in found if name.split(".")[0] == "herald"}
    assert not found & NEVER
    if function not in ("callback", "deliver", "media", "query"):
        assert not found & NO_HTTP
    if function in MAY_LOAD:
        assert ours <= EVERYWHERE | MAY_LOAD[function]
    assert not {name for name in ours if name.startswith("herald.providers")}, "an adapter is loaded when it is needed"


def test_all_functions_are_known() -> None:
    """A new function has to say what it does first."""
    assert set(USE) == set(functions())
