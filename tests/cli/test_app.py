"""
The command as a whole: how it finds its deployment, and how it ends when it cannot.
"""

import runpy
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from typer.testing import CliRunner

from cli.app import app
from cli.gateway import Gateway, Refused, now, outputs
from herald.aws.bucket import Stored
from herald.aws.registry import Registry
from herald.aws.table import Table
from tests.moto_table import REGION, Clock

ROOT = Path(__file__).parent.parent.parent


def test_outputs() -> None:
    """A deployment is what its stack's outputs say."""
    client = boto3.client("cloudformation", region_name=REGION, aws_access_key_id="x", aws_secret_access_key="x")
    stack = {
        "StackName": "herald",
        "CreationTime": "2026-01-01T00:00:00Z",
        "StackStatus": "CREATE_COMPLETE",
        "Outputs": [{"OutputKey": "TableName", "OutputValue": "t"}],
    }
    with Stubber(client) as stub:
        stub.add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": "herald"})
        assert outputs(client, "herald") == {"TableName": "t"}


@pytest.mark.parametrize(("code", "expected"), [("ValidationError", Refused), ("AccessDenied", ClientError)])
def test_no_such_stack(code: str, expected: type[Exception]) -> None:
    """A stack that is not there is the operator's mistake, anything else is AWS's answer."""
    client = boto3.client("cloudformation", region_name=REGION, aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stub:
        stub.add_client_error("describe_stacks", code)
        with pytest.raises(expected):
            outputs(client, "herald")


def test_connecting() -> None:
    """The deployment is reached through what its stack tells."""
    told = {
        "TableName": "herald",
        "ApiUrl": "https://api.example",
        "SecretPrefix": "herald/accounts/",
        "SigningSecretArn": "signing",
        "BucketName": "media",
        "SpillQueueUrl": "https://sqs/spill",
        "CallbackQueueUrl": "https://sqs/callback",
    }
    stack = {"Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in told.items()]}
    session = boto3.Session("x", "x", region_name=REGION)
    # botocore takes what a listener answers for the answer of AWS; its types know only listeners that say nothing.
    answer = cast("Callable[..., None]", lambda **_: (SimpleNamespace(status_code=200), {"Stacks": [stack]}))
    session.events.register("before-call.cloudformation.DescribeStacks", answer)
    gateway = Gateway.connect("herald", session)
    assert (gateway.api_url, gateway.secret_prefix) == ("https://api.example", "herald/accounts/")
    assert (gateway.signing_secret, gateway.spill_queue) == ("signing", "https://sqs/spill")
    assert gateway.bucket.download_url(Stored("media/a", "image/png", 1, None, None), 60).startswith("https://media.s3")


def test_unknown_profile() -> None:
    """Without a deployment handed over the environment's is looked for; a wrong profile is said so."""
    result = CliRunner().invoke(app, ["--profile", "no-such-profile", "tenants", "list"])
    assert result.exit_code == 1
    assert "no-such-profile" in result.stderr


def test_module_is_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m cli` is `herald`."""
    monkeypatch.setattr(sys, "argv", ["herald", "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("cli", run_name="__main__")
    assert ended.value.code == 0
    assert "HERALD_STACK" in capsys.readouterr().out


def test_failing_aws(gateway: Gateway) -> None:
    """When AWS fails the exit code is 1 and there is a sentence, not a trace."""
    broken = Registry(Table(boto3.client("dynamodb", region_name=REGION), "nothing"), Clock())
    result = CliRunner().invoke(app, ["tenants", "list"], obj=replace(gateway, registry=broken))
    assert result.exit_code == 1
    assert result.stderr.startswith("herald: AWS: ")


def test_help_needs_no_aws() -> None:
    """Help is there without credentials, from a checkout, under the name of the module too."""
    shown = subprocess.run(
        [sys.executable, "-m", "cli", "accounts", "add", "--help"],
        cwd=ROOT,
        env={"COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "--credentials" in shown


def test_credentials_never_stand_in_the_command_line() -> None:
    """No option takes a credential itself."""
    shown = CliRunner().invoke(app, ["accounts", "secret", "--help"], env={"COLUMNS": "200"}).stdout
    assert "FILE" in shown
    assert "client_secret" not in shown


def test_clock() -> None:
    """The operator's clock counts milliseconds since 1970."""
    assert 1_700_000_000_000 < now() < 5_000_000_000_000
