"""
What the template must hold cannot be lost unseen: each promise is taken out of it in turn, and the tests of the
template have to notice.

It is the rules of tests/test_template.py that are asked, over a copy of the transformed template that lacks one thing.
"""

import copy
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

import pytest

from tests import test_template
from tests.conftest import Show
from tests.test_template import Json, template

pytestmark = pytest.mark.goal("G27")

type Path = tuple[str | int, ...]
type Change = Callable[[Any], Any]

PROMISES: dict[str, tuple[str, ...]] = {
    "AWS::SQS::Queue": (
        *("RedrivePolicy", "VisibilityTimeout", "MessageRetentionPeriod", "KmsMasterKeyId", "SqsManagedSseEnabled"),
    ),
    "AWS::Lambda::EventSourceMapping": (
        *("FunctionResponseTypes", "ScalingConfig", "DestinationConfig", "BisectBatchOnFunctionError"),
        *("MaximumRetryAttempts", "FilterCriteria"),
    ),
    "AWS::Lambda::EventInvokeConfig": ("DestinationConfig",),
    "AWS::Lambda::Function": ("KmsKeyArn", "LoggingConfig", "Role"),
    "AWS::Logs::LogGroup": ("KmsKeyId", "RetentionInDays"),
    "AWS::SecretsManager::Secret": ("KmsKeyId",),
    "AWS::Events::EventBus": ("KmsKeyIdentifier",),
    "AWS::DynamoDB::Table": (
        *("SSESpecification", "PointInTimeRecoverySpecification", "StreamSpecification", "TimeToLiveSpecification"),
    ),
    "AWS::S3::Bucket": (
        *("BucketEncryption", "PublicAccessBlockConfiguration", "OwnershipControls", "LifecycleConfiguration"),
    ),
    "AWS::IAM::Role": ("PermissionsBoundary",),
    "AWS::ApiGatewayV2::Stage": ("DefaultRouteSettings",),
    "AWS::CloudWatch::Alarm": ("AlarmActions", "TreatMissingData", "AlarmDescription"),
}
"""By kind of resource, the properties that no resource may lose which has them."""


def _without(_: Any) -> None:
    """The change that takes a thing away."""


def mutants() -> Iterator[tuple[Path, Change, str]]:
    """Where the template is changed, how, and what that would mean."""
    for name, resource in template()["Resources"].items():
        kind, properties = resource["Type"], resource.get("Properties", {})
        for promise in PROMISES.get(kind, ()):
            if promise in properties and (promise != "VisibilityTimeout" or name in _read()):
                yield (name, "Properties", promise), _without, f"{name} has no {promise}"
        yield from CHANGES.get(kind, _nothing)(name, properties)


def _read() -> set[str]:
    """The queues that somebody works on."""
    return {test_template.target(source["EventSourceArn"]) for source in test_template.sources("sqs").values()}


def _nothing(_name: str, _properties: Json) -> Iterator[tuple[Path, Change, str]]:
    yield from ()


def _queue(name: str, properties: Json) -> Iterator[tuple[Path, Change, str]]:
    if name in _read():
        yield (name, "Properties", "VisibilityTimeout"), lambda _: 30, f"{name} shows records that are worked on"
    if "RedrivePolicy" in properties:
        yield (name, "Properties", "RedrivePolicy", "maxReceiveCount"), lambda _: 1, f"{name} tries once"


def _source(name: str, properties: Json) -> Iterator[tuple[Path, Change, str]]:
    if "ScalingConfig" in properties:
        path = (name, "Properties", "ScalingConfig", "MaximumConcurrency")
        yield path, lambda _: 1, f"{name} is read by one worker"


def _rule(name: str, _: Json) -> Iterator[tuple[Path, Change, str]]:
    yield (name, "Properties", "Targets", 0, "DeadLetterConfig"), _without, f"{name} drops events"


def _schedule(name: str, _: Json) -> Iterator[tuple[Path, Change, str]]:
    for promise in ("DeadLetterConfig", "RetryPolicy"):
        yield (name, "Properties", "Target", promise), _without, f"{name} has no {promise}"


def _alarm(name: str, _: Json) -> Iterator[tuple[Path, Change, str]]:
    yield (name,), _without, f"there is no {name}"


def _role(name: str, role: Json) -> Iterator[tuple[Path, Change, str]]:
    for number, policy in enumerate(role.get("Policies", ())):
        for position in range(len(policy["PolicyDocument"]["Statement"])):
            path = (name, "Properties", "Policies", number, "PolicyDocument", "Statement", position)
            yield (*path, "Resource"), lambda _: "*", f"{name} reaches everything by statement {position}"
            yield (*path, "Action"), lambda _: "*", f"{name} may do everything by statement {position}"
            yield (*path, "Action"), _whole_service, f"{name} may do all of a service by statement {position}"
            yield (*path, "Effect"), lambda _: "Deny", f"{name} denies by statement {position}"


def _whole_service(action: Any) -> str:
    first: str = action[0] if isinstance(action, list) else action
    return f"{first.partition(':')[0]}:*"


CHANGES: dict[str, Callable[[str, Json], Iterator[tuple[Path, Change, str]]]] = {
    "AWS::SQS::Queue": _queue,
    "AWS::Lambda::EventSourceMapping": _source,
    "AWS::Events::Rule": _rule,
    "AWS::Scheduler::Schedule": _schedule,
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::IAM::Role": _role,
}

MUTANTS = tuple(mutants())


def mutated(path: Path, change: Change) -> Json:
    """The template with one thing changed, or taken out where the change says None; what is beside it is not copied."""
    made: Json = copy.copy(template())
    part: Any = made
    for step in ("Resources", *path[:-1]):
        part[step] = copy.copy(part[step])
        part = part[step]
    found = change(part[path[-1]])
    if found is None:
        del part[path[-1]]
    else:
        part[path[-1]] = found
    return made


def rules() -> Iterator[Callable[[], None]]:
    """Every test of the template, with each of its parameters."""
    for name, rule in vars(test_template).items():
        if not name.startswith("test_") or not isinstance(rule, FunctionType):
            continue
        rows: list[dict[str, Any]] = [{}]
        for mark in getattr(rule, "pytestmark", ()):
            if mark.name == "parametrize":
                rows = [row | {mark.args[0]: value} for row, value in itertools.product(rows, mark.args[1])]
        wanted = set(rule.__code__.co_varnames[: rule.__code__.co_argcount])
        yield from (lambda rule=rule, row=row: rule(**row) for row in rows if set(row) == wanted)


RULES = tuple(rules())


def noticed() -> bool:
    """Whether some rule does not hold, or cannot even be asked."""
    for rule in RULES:
        try:
            rule()
        except (AssertionError, KeyError, ValueError, TypeError, StopIteration):
            return True
    return False


def test_all_is_well_as_it_is() -> None:
    """The rules hold for the template itself: else noticing would say nothing."""
    assert not noticed()


@pytest.mark.parametrize(("path", "change", "loss"), MUTANTS, ids=[loss for _, _, loss in MUTANTS])
def test_a_loss_is_noticed(
    path: Path, change: Change, loss: str, monkeypatch: pytest.MonkeyPatch, figure: Show
) -> None:
    """Without this one thing, the tests of the template fail."""
    made = mutated(path, change)
    monkeypatch.setattr(test_template, "template", lambda: made)
    assert noticed(), loss
    figure("G27", "promises taken out of the template, all noticed", len(MUTANTS))


def test_what_is_promised_is_there(figure: Show) -> None:
    """The template has what there is to lose."""
    kinds = Counter(resource["Type"] for resource in template()["Resources"].values())
    assert set(PROMISES) | set(CHANGES) <= set(kinds)
    for kind in ("AWS::SQS::Queue", "AWS::IAM::Role", "AWS::CloudWatch::Alarm"):
        figure("G27", f"{kind.rpartition(':')[2]}s of the template, held to its rules", kinds[kind])
