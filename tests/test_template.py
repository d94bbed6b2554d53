"""
The template keeps its promises: read as SAM leaves it for CloudFormation, not as it is written.

Neither cfn-lint nor checkov would see most of what is asserted here: a visibility shorter than the timeout, a queue
without dead letters or an `Action: "*"` passes both.
"""

import functools
import graphlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

ROOT = Path(__file__).parent.parent
FUNCTIONS = ("Callback", "Clock", "Deliver", "Media", "Publish", "Query", "Send", "Webhook")
LANES = ("TransactionalQueue", "BulkQueue")
WORK = (*LANES, "IntakeQueue", "MediaQueue", "CallbackQueue", "SpillQueue")
FOUR_DAYS, FOURTEEN_DAYS = 4 * 86_400, 14 * 86_400

type Json = dict[str, Any]


@functools.cache
def written() -> Json:
    template: Json = yaml_parse((ROOT / "template.yaml").read_text())
    return template


@functools.cache
def template() -> Json:
    """The template after the SAM transform, which wants to see code that was uploaded already."""
    source = yaml_parse((ROOT / "template.yaml").read_text())
    for resource in source["Resources"].values():
        for place in ("CodeUri", "ContentUri"):
            if place in resource.get("Properties", {}):
                resource["Properties"][place] = "s3://bucket/key"
    session = boto3.session.Session(region_name="eu-central-1")
    defaults = {name: parameter.get("Default") for name, parameter in source["Parameters"].items()}
    translated: Json = Translator({}, Parser(), boto_session=session).translate(source, defaults)
    return translated


def resources(kind: str) -> dict[str, Json]:
    """All resources of a kind by their logical id, each as its properties."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template()["Resources"].items()
        if resource["Type"] == kind
    }


def functions() -> dict[str, Json]:
    return resources("AWS::Lambda::Function")


def environment(function: str) -> Json:
    variables: Json = functions()[f"{function}Function"]["Environment"]["Variables"]
    return variables


def sources(service: str) -> dict[str, Json]:
    """The event sources whose events come from SQS (`sqs`) or from the table's stream (`dynamodb`)."""
    attribute = {"sqs": "Arn", "dynamodb": "StreamArn"}[service]
    return {
        name: source
        for name, source in resources("AWS::Lambda::EventSourceMapping").items()
        if source["EventSourceArn"]["Fn::GetAtt"][1] == attribute
    }


def target(value: Json) -> str:
    """The logical id that a Ref or GetAtt points to."""
    return str(value.get("Ref") or value["Fn::GetAtt"][0])


def paced(value: Any, pace: str) -> int:
    """A number of the template, where it hangs on the parameter Pace."""
    if isinstance(value, dict):
        name, by, key = value["Fn::FindInMap"]
        assert by == {"Ref": "Pace"}
        return int(template()["Mappings"][name][pace][key])
    return int(value)


def paces() -> list[str]:
    allowed: list[str] = written()["Parameters"]["Pace"]["AllowedValues"]
    return allowed


def statements(role: str) -> list[Json]:
    """Everything a role allows, its actions and resources always as lists."""
    found = [
        statement
        for policy in resources("AWS::IAM::Role")[role].get("Policies", [])
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    return [{**each, "Action": as_list(each["Action"]), "Resource": as_list(each["Resource"])} for each in found]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def references(value: Any) -> Iterator[str]:
    """All names that a value refers to by Ref, GetAtt or inside a Sub."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "Ref":
                yield item
            elif key == "Fn::GetAtt":
                yield as_list(item)[0].split(".")[0]
            elif key == "Fn::Sub":
                yield from re.findall(r"\$\{([A-Za-z0-9]+)", as_list(item)[0])
            yield from references(item)


def test_work_queues_have_dead_letters() -> None:
    """
    Every queue that somebody works on gives a record up after five tries, to dead letters of its own.
    """
    redrive = {name: queue.get("RedrivePolicy") for name, queue in resources("AWS::SQS::Queue").items()}
    assert {name: policy for name, policy in redrive.items() if policy} == {
        name: {
            "deadLetterTargetArn": {"Fn::GetAtt": [name.replace("Queue", "DeadLetterQueue"), "Arn"]},
            "maxReceiveCount": 5,
        }
        for name in WORK
    }


def test_retention_of_queues() -> None:
    """
    Work waits four days at most; dead letters and failures wait fourteen for somebody to look at them.
    """
    kept = {name: queue["MessageRetentionPeriod"] for name, queue in resources("AWS::SQS::Queue").items()}
    assert kept == {name: FOUR_DAYS if name in WORK else FOURTEEN_DAYS for name in kept}


def test_every_work_queue_has_a_consumer() -> None:
    """
    Nothing is put onto a queue that nobody reads.
    """
    consumers = {target(each["EventSourceArn"]): target(each["FunctionName"]) for each in sources("sqs").values()}
    assert consumers == {
        "TransactionalQueue": "DeliverFunction",
        "BulkQueue": "DeliverFunction",
        "IntakeQueue": "SendFunction",
        "MediaQueue": "MediaFunction",
        "CallbackQueue": "CallbackFunction",
        "SpillQueue": "WebhookFunction",
    }


@pytest.mark.parametrize("pace", paces())
def test_visibility_outlasts_the_work(pace: str) -> None:
    """
    A record stays hidden for six times the consumer's timeout and the batching window.
    """
    queues = resources("AWS::SQS::Queue")
    for source in sources("sqs").values():
        timeout = paced(functions()[target(source["FunctionName"])]["Timeout"], pace)
        needed = 6 * timeout + source.get("MaximumBatchingWindowInSeconds", 0)
        assert paced(queues[target(source["EventSourceArn"])]["VisibilityTimeout"], pace) >= needed


@pytest.mark.parametrize("pace", paces())
def test_lease_outlasts_the_worker(pace: str) -> None:
    """
    A lease ends five seconds after the worker that holds it has been stopped, and before its record comes back.
    """
    deliver = functions()["DeliverFunction"]
    lease = paced(deliver["Environment"]["Variables"]["LEASE_SECONDS"], pace)
    assert lease == paced(deliver["Timeout"], pace) + 5
    for lane in LANES:
        assert lease < paced(resources("AWS::SQS::Queue")[lane]["VisibilityTimeout"], pace)


def test_queue_sources_report_partial_failures_within_a_limit() -> None:
    """
    One bad record never brings back its batch, and pollers know the limit that they work under.
    """
    for source in sources("sqs").values():
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert source["BatchSize"] <= 10
        limit = source["ScalingConfig"]["MaximumConcurrency"]
        if isinstance(limit, dict):
            limit = written()["Parameters"][limit["Ref"]]["MinValue"]
        assert limit >= 2


def test_lanes_have_a_limit_each() -> None:
    """
    How many workers a lane gets is decided at deployment, for each lane by itself.
    """
    limits = {target(each["EventSourceArn"]): each["ScalingConfig"] for each in sources("sqs").values()}
    assert limits["TransactionalQueue"] == {"MaximumConcurrency": {"Ref": "TransactionalConcurrency"}}
    assert limits["BulkQueue"] == {"MaximumConcurrency": {"Ref": "BulkConcurrency"}}


def test_stream_never_blocks() -> None:
    """
    A change that cannot be published is set aside; it neither comes back for ever nor takes its batch along.
    """
    (source,) = sources("dynamodb").values()
    assert target(source["FunctionName"]) == "PublishFunction"
    assert source["BisectBatchOnFunctionError"] is True
    assert 0 < source["MaximumRetryAttempts"] < 20
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert target(source["DestinationConfig"]["OnFailure"]["Destination"]) == "PublishFailuresQueue"
    assert source["BatchSize"] == 100
    assert source["MaximumBatchingWindowInSeconds"] <= 1


def test_stream_is_filtered() -> None:
    """
    Only what people see wakes publish: messages, requests, inbound, endpoints that change; no part of them, no removal.
    """
    (source,) = sources("dynamodb").values()
    stories, endpoints = (json.loads(each["Pattern"]) for each in source["FilterCriteria"]["Filters"])
    assert stories == {
        "eventName": ["INSERT", "MODIFY"],
        "dynamodb": {
            "Keys": {
                "sk": {"S": ["."]},
                "pk": {"S": [{"prefix": "M#"}, {"prefix": "N#"}]},
            }
        },
    }
    assert endpoints == {
        "eventName": ["MODIFY"],
        "dynamodb": {"Keys": {"sk": {"S": [{"prefix": "hook#"}]}, "pk": {"S": [{"prefix": "T#"}]}}},
    }


def test_everything_asynchronous_has_a_failure_target() -> None:
    """
    No event, tick or call is dropped without leaving a dead letter.
    """
    for rule in resources("AWS::Events::Rule").values():
        assert all("DeadLetterConfig" in each for each in rule["Targets"])
    for schedule in resources("AWS::Scheduler::Schedule").values():
        assert "DeadLetterConfig" in schedule["Target"]
        assert "RetryPolicy" in schedule["Target"]
        called = target(schedule["Target"]["Arn"])
        invocations = resources("AWS::Lambda::EventInvokeConfig").values()
        (invocation,) = (each for each in invocations if target(each["FunctionName"]) == called)
        assert "OnFailure" in invocation["DestinationConfig"]


def test_herald_never_feeds_itself() -> None:
    """
    Only one source's events are taken as messages, and it cannot be the source of Herald's own events.
    """
    (rule,) = resources("AWS::Events::Rule").values()
    assert rule["EventPattern"] == {"source": [{"Ref": "InboundEventSource"}], "detail-type": ["herald.send"]}
    assert target(rule["Targets"][0]["Arn"]) == "IntakeQueue"
    allowed = written()["Parameters"]["InboundEventSource"]["AllowedPattern"]
    assert re.fullmatch(allowed, "herald.client")
    assert not re.fullmatch(allowed, "herald")


def test_every_function_has_a_role_of_its_own() -> None:
    """
    What one function may do, no other may; nothing is allowed by a managed policy, for these allow `*`.
    """
    roles = {name: target(function["Role"]) for name, function in functions().items()}
    assert roles == {f"{name}Function": f"{name}Role" for name in FUNCTIONS}
    assert not [name for name, role in resources("AWS::IAM::Role").items() if role.get("ManagedPolicyArns")]


def test_no_star() -> None:
    """
    No role may do everything or reach everything; a star only ends a prefix that is Herald's alone.
    """
    reviewed = {
        "${MediaBucket.Arn}/media/*",
        "${MediaBucket.Arn}/quarantine/*",
        "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${AWS::StackName}/accounts/*",
    }
    for role in resources("AWS::IAM::Role"):
        for statement in statements(role):
            assert statement["Effect"] == "Allow"
            assert not [action for action in statement["Action"] if "*" in action]
            arns = [each.get("Fn::Sub", "") if isinstance(each, dict) else each for each in statement["Resource"]]
            assert not [arn for arn in arns if "*" in arn and arn not in reviewed]


def test_every_permission_has_a_reason() -> None:
    """
    Above each statement of a policy stands why it is there.
    """
    lines = (ROOT / "template.yaml").read_text().splitlines()
    place = lines.index("  SendRole:")
    unexplained = [
        number
        for number, line in enumerate(lines[place:], place + 1)
        if line.lstrip().startswith("- Effect:") and not lines[number - 2].lstrip().startswith("#")
    ]
    assert unexplained == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_environment_and_role_agree(function: str) -> None:
    """
    A function can use what its environment names, and knows by name what it can use.
    """
    variables = environment(function)
    told = {target(value) for key, value in variables.items() if key.endswith("_QUEUE")}
    allowed: dict[str, set[str]] = {}
    for statement in statements(f"{function}Role"):
        for action in statement["Action"]:
            allowed.setdefault(action, set()).update(references(statement["Resource"]))
    failures = {"PublishFailuresQueue", "ClockDeadLetterQueue"}  # written to by Lambda itself
    assert allowed.get("sqs:SendMessage", set()) - failures == told
    assert ("SigningSecret" in allowed.get("secretsmanager:GetSecretValue", set())) == ("SIGNING_SECRET" in variables)
    assert any(action.startswith("s3:") for action in allowed) == ("BUCKET" in variables)
    assert ("events:PutEvents" in allowed) == ("EVENT_BUS" in variables)


def test_environment_of_all() -> None:
    """
    Every function is told the same of the deployment, all as text, and no address of the API: it would be a circle.
    """
    common = {
        "GRACE_SECONDS",
        "LEASE_SECONDS",
        "LOG_LEVEL",
        "MEDIA_WAIT_SECONDS",
        "POWERTOOLS_METRICS_NAMESPACE",
        "POWERTOOLS_SERVICE_NAME",
        "RECEIPT_SECONDS",
        "RETENTION_DAYS",
        "SECRET_PREFIX",
        "STACK",
        "STAGE",
        "TABLE",
        "UNSAFE_LOCAL_HOSTS",
        "WATCHDOG_SECONDS",
    }
    own = {"BUCKET", "EVENT_BUS", "SIGNING_SECRET"}
    for function in FUNCTIONS:
        variables = environment(function)
        assert {name for name in variables if not name.endswith("_QUEUE")} - own == common
        assert "HttpApi" not in references(variables)
        assert all(isinstance(value, str | dict) for value in variables.values())
    assert all(isinstance(row["Lease"], str) for row in template()["Mappings"]["Pace"].values())


@pytest.mark.parametrize("function", FUNCTIONS)
def test_functions(function: str) -> None:
    """
    A function is one app.py in its folder, on Python 3.13, the chosen CPU, both layers, and no tracing.
    """
    built = functions()[f"{function}Function"]
    source = written()["Resources"][f"{function}Function"]["Properties"]["CodeUri"]
    assert source == f"functions/{function.lower()}/"
    assert [path.name for path in (ROOT / source).iterdir() if path.name != "__pycache__"] == ["app.py"]
    assert (built["Runtime"], built["Handler"]) == ("python3.13", "app.handler")
    assert built["Architectures"] == [{"Ref": "Architecture"}]
    assert [target(layer) for layer in built["Layers"]] == [
        name for layer in ("Dependencies", "Herald") for name in layers() if name.startswith(layer)
    ]
    assert built["MemorySize"] in ({"Ref": "ApiMemory"}, {"Ref": "WorkerMemory"})
    assert "TracingConfig" not in built


def layers() -> list[str]:
    return list(resources("AWS::Lambda::LayerVersion"))


def test_arm_unless_told_otherwise() -> None:
    """
    Functions run on arm64, the cheaper CPU, unless the deployment asks for the other.
    """
    architecture = written()["Parameters"]["Architecture"]
    assert (architecture["Default"], architecture["AllowedValues"]) == ("arm64", ["arm64", "x86_64"])


ROUTES = {
    "POST /v1/messages": "Send",
    "POST /v1/messages/validate": "Send",
    "POST /v1/messages/{id}/cancel": "Send",
    "POST /v1/media": "Media",
    "POST /v1/media/uploads": "Media",
    "GET /v1/media/{id}": "Media",
    "GET /v1/messages": "Query",
    "GET /v1/messages/{id}": "Query",
    "GET /v1/inbound": "Query",
    "GET /v1/inbound/{id}": "Query",
    "POST /v1/endpoints": "Callback",
    "GET /v1/endpoints": "Callback",
    "GET /v1/endpoints/{id}": "Callback",
    "PATCH /v1/endpoints/{id}": "Callback",
    "DELETE /v1/endpoints/{id}": "Callback",
    "GET /v1/endpoints/{id}/secret": "Callback",
    "POST /v1/endpoints/{id}/rotate": "Callback",
    "POST /v1/endpoints/{id}/test": "Callback",
    "POST /v1/endpoints/{id}/replay": "Callback",
    "GET /v1/endpoints/{id}/deliveries": "Callback",
    "GET /v1/endpoints/{id}/deliveries/{event}": "Callback",
    "POST /v1/endpoints/{id}/deliveries/{event}/replay": "Callback",
    "POST /v1/erasures": "Send",
    "GET /v1/erasures/{id}": "Send",
    "GET /v1/capabilities": "Query",
    "GET /v1/accounts": "Query",
    "GET /v1/usage": "Query",
}
OPEN_ROUTES = {
    "POST /v1/webhooks/{account}/{kind}": "Webhook",
    "GET /v1/webhooks/{account}/{kind}": "Webhook",
    "HEAD /v1/webhooks/{account}/{kind}": "Webhook",
    "GET /v1/media/{id}/{signature}": "Media",
    "GET /v1/health": "Query",
    "$default": "Query",
}


def test_routes() -> None:
    """
    Each route reaches its function, and what is no route reaches query, which answers it as a problem.
    """
    integrations = resources("AWS::ApiGatewayV2::Integration")
    reached = {}
    for route in resources("AWS::ApiGatewayV2::Route").values():
        integration = integrations[next(references(route["Target"]))]
        assert integration["PayloadFormatVersion"] == "2.0"
        reached[route["RouteKey"]] = target(integration["IntegrationUri"]).removesuffix("Function")
    assert reached == ROUTES | OPEN_ROUTES


def test_every_integration_may_call_its_function() -> None:
    """
    The API may call the functions behind its routes, and no other API may.
    """
    called = {target(each["IntegrationUri"]) for each in resources("AWS::ApiGatewayV2::Integration").values()}
    permitted = resources("AWS::Lambda::Permission").values()
    assert {target(each["FunctionName"]) for each in permitted} == called
    assert all("HttpApi" in references(each["SourceArn"]) for each in permitted)


def test_optional_tokens() -> None:
    """
    With an issuer given, API routes take its tokens; providers, download links and probes never bring one.
    """
    guarded = {
        route["RouteKey"]: route["AuthorizationType"] for route in resources("AWS::ApiGatewayV2::Route").values()
    }
    assert guarded == {key: {"Fn::If": ["UseJwt", "JWT", "NONE"]} for key in ROUTES} | dict.fromkeys(
        OPEN_ROUTES, "NONE"
    )
    assert template()["Resources"]["JwtAuthorizer"]["Condition"] == "UseJwt"
    assert written()["Parameters"]["JwtIssuer"]["Default"] == ""


def test_api_is_throttled_and_closed_to_browsers() -> None:
    """
    The gateway refuses floods by parameters, and no foreign page may call it.
    """
    (stage,) = resources("AWS::ApiGatewayV2::Stage").values()
    assert stage["StageName"] == "$default"
    assert stage["DefaultRouteSettings"] == {
        "ThrottlingRateLimit": {"Ref": "ApiRateLimit"},
        "ThrottlingBurstLimit": {"Ref": "ApiBurstLimit"},
    }
    (api,) = resources("AWS::ApiGatewayV2::Api").values()
    assert "CorsConfiguration" not in api


def test_access_log_keeps_paths_secret() -> None:
    """
    The access log names the route, never the path: paths hold webhook secrets and download signatures.
    """
    (stage,) = resources("AWS::ApiGatewayV2::Stage").values()
    settings = stage["AccessLogSettings"]
    assert target(settings["DestinationArn"]) == "ApiLogs"
    assert set(json.loads(settings["Format"]).values()) == {
        "$context.requestId",
        "$context.requestTime",
        "$context.routeKey",
        "$context.status",
        "$context.responseLatency",
        "$context.responseLength",
        "$context.error.messageString",
        "$context.integrationErrorMessage",
    }


def test_table() -> None:
    """
    One table, paid by use, with three indexes that hold keys only, its changes as a stream, and a way back in time.
    """
    (table,) = resources("AWS::DynamoDB::Table").values()
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]} == dict.fromkeys(
        ("pk", "sk", "lp", "ls", "tp", "ts", "pp"), "S"
    )
    keys = {
        each["IndexName"]: [key["AttributeName"] for key in each["KeySchema"]]
        for each in table["GlobalSecondaryIndexes"]
    }
    assert keys == {"later": ["lp", "ls"], "time": ["tp", "ts"], "party": ["pp", "ts"]}
    assert all(each["Projection"] == {"ProjectionType": "KEYS_ONLY"} for each in table["GlobalSecondaryIndexes"])
    assert [key["AttributeName"] for key in table["KeySchema"]] == ["pk", "sk"]
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


@pytest.mark.parametrize("store", ["MessagesTable", "MediaBucket"])
def test_stores_outlive_the_stack(store: str) -> None:
    """
    Deleting or replacing the stack does not delete messages or media.
    """
    resource = template()["Resources"][store]
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_bucket() -> None:
    """
    Nobody outside reaches the bucket, nobody without TLS does, and nothing lies in it for ever.
    """
    (bucket,) = resources("AWS::S3::Bucket").values()
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    rules = {rule["Id"]: rule for rule in bucket["LifecycleConfiguration"]["Rules"]}
    assert (rules["media"]["Prefix"], rules["media"]["ExpirationInDays"]) == ("media/", {"Ref": "MediaRetentionDays"})
    assert (rules["quarantine"]["Prefix"], rules["quarantine"]["ExpirationInDays"]) == ("quarantine/", 90)
    assert rules["unfinished"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    (policy,) = resources("AWS::S3::BucketPolicy").values()
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_encryption() -> None:
    """
    Everything that keeps data is encrypted, with the customer's key where one is given.
    """
    key = {"Fn::If": ["UseCustomerKey", {"Ref": "KmsKeyArn"}, {"Ref": "AWS::NoValue"}]}
    for queue in resources("AWS::SQS::Queue").values():
        assert queue["KmsMasterKeyId"] == key
        assert queue["SqsManagedSseEnabled"] == {"Fn::If": ["UseCustomerKey", {"Ref": "AWS::NoValue"}, True]}
    keys = {
        "AWS::SecretsManager::Secret": "KmsKeyId",
        "AWS::Logs::LogGroup": "KmsKeyId",
        "AWS::Events::EventBus": "KmsKeyIdentifier",
        "AWS::Lambda::Function": "KmsKeyArn",
    }
    for kind, attribute in keys.items():
        assert {name: each.get(attribute) for name, each in resources(kind).items()} == dict.fromkeys(
            resources(kind), key
        )
    (table,) = resources("AWS::DynamoDB::Table").values()
    assert table["SSESpecification"]["Fn::If"][1]["KMSMasterKeyId"] == {"Ref": "KmsKeyArn"}
    (bucket,) = resources("AWS::S3::Bucket").values()
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {
        "SSEAlgorithm": {"Fn::If": ["UseCustomerKey", "aws:kms", "AES256"]},
        "KMSMasterKeyID": key,
    }


def test_roles_may_use_the_customers_key() -> None:
    """
    With a key of the customer's, every role can read and write what it encrypts.
    """
    policy = template()["Resources"]["CustomerKeyPolicy"]
    assert policy["Condition"] == "UseCustomerKey"
    assert {target(role) for role in policy["Properties"]["Roles"]} == set(resources("AWS::IAM::Role"))


def test_roles_stay_within_a_boundary() -> None:
    """
    Where an organisation asks for a permissions boundary, every role has it.
    """
    boundary = {"Fn::If": ["UseBoundary", {"Ref": "PermissionsBoundaryArn"}, {"Ref": "AWS::NoValue"}]}
    assert all(role["PermissionsBoundary"] == boundary for role in resources("AWS::IAM::Role").values())


def alarms() -> dict[tuple[str, str], Json]:
    """Alarms by metric and by what they watch: a queue, or the name of their dimension."""
    found = {}
    for alarm in resources("AWS::CloudWatch::Alarm").values():
        (dimension,) = alarm["Dimensions"]
        watched = target(dimension["Value"]) if dimension["Name"] == "QueueName" else dimension["Name"]
        found[alarm["MetricName"], watched] = alarm
    return found


def test_nothing_dies_unheard() -> None:
    """
    A single dead letter on any queue raises an alarm, and so does a lane that is not kept up with.
    """
    dead = {name for name in resources("AWS::SQS::Queue") if name not in WORK}
    for queue in dead:
        alarm = alarms()["ApproximateNumberOfMessagesVisible", queue]
        assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (0, "GreaterThanThreshold")
    for queue in (*LANES, "IntakeQueue", "SpillQueue"):
        assert alarms()["ApproximateAgeOfOldestMessage", queue]["Threshold"] > 0


@pytest.mark.goal("G12")
@pytest.mark.parametrize(
    "metric",
    [
        "BreakerOpen",
        "EndpointDisabled",
        "Errors",
        "Misconfigured",
        "OrphanedReports",
        "PollFailed",
        "Quarantined",
        "ReceiptOverdue",
        "Unclear",
    ],
)
def test_what_needs_a_look_is_heard(metric: str) -> None:
    """
    What Herald counts because somebody must look at it raises an alarm within five minutes.
    """
    alarm = alarms()[metric, "service"]
    assert alarm["Namespace"] == "Herald"
    assert alarm["Dimensions"] == [{"Name": "service", "Value": {"Ref": "AWS::StackName"}}]
    assert alarm["Period"] * alarm["EvaluationPeriods"] <= 300


def test_what_no_function_can_count_is_heard() -> None:
    """
    A function that does not even start counts nothing: errors of the API and changes that wait are told by AWS.
    """
    for metric, watched, what in (("5xx", "ApiId", "HttpApi"), ("IteratorAge", "FunctionName", "PublishFunction")):
        alarm = alarms()[metric, watched]
        assert alarm["Dimensions"] == [{"Name": watched, "Value": {"Ref": what}}]
        assert alarm["Period"] * alarm["EvaluationPeriods"] <= 300


def test_alarms_can_be_heard() -> None:
    """
    Every alarm says what is wrong and goes to the topic, if there is one; silence is not an alarm.
    """
    for alarm in resources("AWS::CloudWatch::Alarm").values():
        assert alarm["AlarmDescription"]
        assert alarm["TreatMissingData"] == "notBreaching"
        assert alarm["AlarmActions"] == {
            "Fn::If": ["UseAlarmTopic", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]
        }


def test_logs_end() -> None:
    """
    Every function logs into a group of its own, and every group forgets.
    """
    groups = resources("AWS::Logs::LogGroup")
    assert all(group["RetentionInDays"] == {"Ref": "LogRetentionDays"} for group in groups.values())
    for name, function in functions().items():
        group = groups[target(function["LoggingConfig"]["LogGroup"])]
        assert group["LogGroupName"]["Fn::Sub"] == "/aws/lambda/" + function["FunctionName"]["Fn::Sub"]
        assert target(function["LoggingConfig"]["LogGroup"]) == name.replace("Function", "Logs")


def test_descriptions() -> None:
    """
    Every parameter and output says what it is.
    """
    for section in ("Parameters", "Outputs"):
        assert not [name for name, each in written()[section].items() if not each.get("Description")]


def test_no_parameter_is_idle() -> None:
    """
    Every parameter changes something.
    """
    used = set(references({key: written()[key] for key in ("Resources", "Globals", "Conditions", "Outputs")}))
    assert set(written()["Parameters"]) - used == set()


def test_no_circle() -> None:
    """
    Resources can be made one after the other: none needs, through others, itself.
    """
    parts = template()["Resources"]
    needs = {
        name: {each for each in (*references(part), *as_list(part.get("DependsOn", []))) if each in parts}
        for name, part in parts.items()
    }
    assert len(list(graphlib.TopologicalSorter(needs).static_order())) == len(parts)


def test_dashboard() -> None:
    """
    The dashboard is readable JSON and shows every queue.
    """
    (dashboard,) = resources("AWS::CloudWatch::Dashboard").values()
    body = dashboard["DashboardBody"]["Fn::Sub"]
    assert json.loads(body)["widgets"]
    shown = set(references(dashboard))
    assert set(resources("AWS::SQS::Queue")) - shown == set()
