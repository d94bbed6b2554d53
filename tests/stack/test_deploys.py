"""
The bundle deploys, and what was deployed answers.
"""

import io
import zipfile

import httpx
import pytest

from local.aws import Stack


def test_health_answers(stack: Stack) -> None:
    """
    A probe that brings no key is told that Herald is there.
    """
    assert httpx.get(f"{stack.api_url}/v1/health", timeout=30).status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_unknown_route_is_a_problem(stack: Stack, method: str) -> None:
    """
    What is no route is answered by Herald, as a problem document, not by the gateway.
    """
    answer = httpx.request(method, f"{stack.api_url}/v1/nothing-of-this-name", timeout=30)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_functions_see_their_layers(stack: Stack) -> None:
    """
    The zips that reached Lambda hold python/ and the bytecode of every module.
    """
    functions = stack.client("lambda")
    deployed = functions.get_function_configuration(FunctionName=stack.outputs["SendFunctionName"])
    assert len(deployed["Layers"]) == 2
    for layer in deployed["Layers"]:
        content = functions.get_layer_version_by_arn(Arn=layer["Arn"])["Content"]
        packed = zipfile.ZipFile(io.BytesIO(httpx.get(content["Location"], timeout=30).content))
        names = [name for name in packed.namelist() if not name.endswith("/")]
        assert all(name.startswith("python/") for name in names)
        assert sum(name.endswith(".pyc") for name in names) == sum(name.endswith(".py") for name in names) > 0


def test_queue_sources_poll(stack: Stack) -> None:
    """
    All queues that have a consumer are listened to.
    """
    found = stack.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    listening = {each["EventSourceArn"].rpartition(":")[2] for each in found if ":sqs:" in each["EventSourceArn"]}
    expected = {
        stack.outputs[f"{queue}QueueUrl"].rpartition("/")[2]
        for queue in ("Transactional", "Bulk", "Intake", "Media", "Spill", "Callback")
    }
    assert listening == expected
    assert {each["State"] for each in found} == {"Enabled"}
