"""
The local AWS: ministack, with the bundle really built by SAM and really deployed to it.

Nothing is faked for it: the template is the one that goes to AWS, and IAM is enforced with each function's own role.
The credentials are dummies, and nobody who calls here can reach a real account: every program gets an environment
without the user's AWS settings, and an endpoint that is not on the loopback is refused.

    with LocalAws() as aws:
        stack = aws.deploy({"WatchdogSeconds": "3"})
        stack.client("sqs").send_message(QueueUrl=stack.outputs["IntakeQueueUrl"], MessageBody="{}")
"""

import contextlib
import fcntl
import http.client
import ipaddress
import json
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

REGION = "eu-central-1"
STACK_NAME = "herald-local"

_ROOT = Path(__file__).resolve().parent.parent
_MINISTACK = _ROOT / "local" / ".venv" / "bin" / "ministack"
_STATE = _ROOT / "local" / ".tmp"
_READY_SECONDS = 30
_STOP_SECONDS = 3  # nothing in it is worth a longer farewell

# Every Lambda worker unzips the layers anew, 34 MB each, and nothing else bounds how many an event can start.
_WORKERS = 12

_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


class LocalAwsError(Exception):
    """The local AWS cannot do what was asked; the message is one sentence for the person at the terminal."""


class PortInUse(LocalAwsError):
    """Somebody else listens where we were to."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} is in use; stop what listens there or choose another port")


@dataclass(frozen=True, slots=True)
class Stack:
    """
    The deployed bundle, as its callers see it.

    `api_url` has no slash at the end and stands for the ApiUrl among the `outputs`, which only answers on AWS. All
    clients act as the account's root: what a function may do is decided by its role, not by who deployed it.
    """

    name: str
    region: str
    endpoint: str
    api_url: str
    outputs: Mapping[str, str]
    _clients: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def client(self, service: str) -> Any:
        """The boto3 client of a service, one for all callers."""
        if service not in self._clients:
            self._clients[service] = _client(service, self.endpoint)
        return self._clients[service]

    def logs(self, function: str) -> list[str]:
        """
        What a function (`send`, `deliver` …) has logged so far, oldest line first.

        Lambda's own lines (START, END, REPORT) are among them; a function that never ran has none.
        """
        pages = self.client("logs").get_paginator("filter_log_events")
        events = pages.paginate(logGroupName=f"/aws/lambda/{self.name}-{function}")
        return [event["message"].rstrip("\n") for page in events for event in page["events"]]


class LocalAws:
    """
    One local AWS: a process, its workers and a folder of temporary files, all gone when the `with` block ends.

    `port` is a number that people can get used to, or None for any free one, so that several can run at a time.
    """

    def __init__(self, port: int | None = None) -> None:
        self.port = free_port() if port is None else port
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def log(self) -> str:
        """What the process and its workers have printed, for looking into a failure; empty once stopped."""
        path = self._folder and self._folder / "aws.log"
        return path.read_text(errors="replace") if path and path.exists() else ""

    def workers(self) -> list[int]:
        """The Lambda workers that run now, by process id; none where there is no /proc."""
        if self._process is None:
            return []
        threads = Path(f"/proc/{self._process.pid}/task").glob("*/children")
        return [int(each) for children in threads for each in children.read_text().split()]

    def start(self) -> None:
        """Start it and wait until it answers, usually within a second; raises LocalAwsError if it does not."""
        if not _MINISTACK.exists():
            raise LocalAwsError("the local AWS is not installed; run `make setup` first")
        if is_taken(self.port):
            raise PortInUse(self.port)
        leave_orderly()
        _remove_leftovers()
        self._folder = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=_STATE))
        with (self._folder / "aws.log").open("wb") as log:
            self._process = subprocess.Popen(
                [_MINISTACK],
                env=self._environment(self._folder),
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is ours to turn into an orderly stop
            )
        deadline = time.monotonic() + _READY_SECONDS
        while not _ready(self.port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise LocalAwsError(f"the local AWS did not start; it said:\n{self.log[-2000:]}")
            time.sleep(0.05)

    def deploy(
        self,
        parameters: Mapping[str, str] | None = None,
        *,
        name: str = STACK_NAME,
        say: Callable[[str], None] = lambda _: None,
    ) -> Stack:
        """
        Build the bundle as it lies in the tree and deploy it; a second call changes what is deployed.

        `parameters` are those of template.yaml. The CPU is this machine's, and concurrency is low, because every
        worker is a process; both can be overridden. `say` hears what is being done. Raises LocalAwsError with SAM's
        own words.
        """
        if self._folder is None:
            raise LocalAwsError("the local AWS is not running")
        settings = {
            "Architecture": _architecture(),
            "Stage": "local",
            "TransactionalConcurrency": "3",
            "BulkConcurrency": "2",
            **(parameters or {}),
        }
        say("functions and layers, 10 seconds at first")
        build(self._folder / "build")
        say("what the template declares")
        bucket = f"{name}-artifacts"  # ready-made, which is quicker than SAM's own
        s3 = _client("s3", self.endpoint)
        with contextlib.suppress(s3.exceptions.BucketAlreadyOwnedByYou):
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        _sam(
            "deploy",
            "--no-progressbar",
            f"--template-file={self._folder / 'build' / 'template.yaml'}",
            f"--stack-name={name}",
            f"--region={REGION}",
            f"--s3-bucket={bucket}",
            "--parameter-overrides",
            *(f"{key}={value}" for key, value in settings.items()),
            environment=deployer_environment(self.endpoint),
        )
        _repair_concurrency(self.endpoint)
        _repair_permissions(self.endpoint, name)
        described = _client("cloudformation", self.endpoint).describe_stacks(StackName=name)["Stacks"][0]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}
        s3.delete_bucket_policy(Bucket=outputs["BucketName"])  # refuses whoever comes without TLS, as all do here
        # The stage is `$default`; written so that the URL can be pasted into a shell.
        api_url = f"{self.endpoint}/_aws/execute-api/{outputs['ApiId']}/%24default"
        return Stack(name=name, region=REGION, endpoint=self.endpoint, api_url=api_url, outputs=outputs)

    def stop(self) -> None:
        """End the process and its workers and remove their files; safe to call at any time, and twice."""
        process, self._process = self._process, None
        folder, self._folder = self._folder, None
        try:
            if process is not None:
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_STOP_SECONDS)
        finally:  # also when an impatient second Ctrl-C interrupts the wait
            if process is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)

    def _environment(self, folder: Path) -> dict[str, str]:
        # Workers inherit all of it, so it holds nothing that Lambda would not give them, and nothing of the user's.
        return {
            "PATH": os.defpath,
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "LANG": "C.UTF-8",
            "GATEWAY_PORT": str(self.port),
            "BIND_HOST": "127.0.0.1",  # its default is the whole network
            "AUTH": "true",
            "MINISTACK_REGION": REGION,
            "LAMBDA_ACCOUNT_CONCURRENCY": str(_WORKERS),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
        }


def build(folder: Path) -> None:
    """
    Build functions and layers into `folder`: 10 seconds at first, 2 when little has changed.

    Builds wait for each other, across processes too, because SAM's cache cannot be shared while it is written.
    """
    cache = _ROOT / ".aws-sam"
    cache.mkdir(exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _sam("build", f"--build-dir={folder}", f"--cache-dir={cache / 'cache'}", environment=_clean_environment())


def deployer_environment(endpoint: str) -> dict[str, str]:
    """
    The environment of a program that shall see the local AWS at `endpoint` and no other.

    Whatever the user has set for AWS (profile, session, region, files) is left out. Raises LocalAwsError if the
    endpoint is not on the loopback.
    """
    if not _is_loopback(endpoint):
        raise LocalAwsError(f"{endpoint} is not on this machine; a local deployment goes nowhere else")
    return _clean_environment() | _CREDENTIALS | {"AWS_ENDPOINT_URL": endpoint}


def _clean_environment() -> dict[str, str]:
    tools = Path(sys.executable).parent
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "SAM_", "PYTHON"))}
    return kept | {
        "PATH": f"{tools}{os.pathsep}{os.environ.get('PATH', os.defpath)}",  # SAM builds with the python3.13 it finds
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "SAM_CLI_TELEMETRY": "0",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


def _sam(command: str, *arguments: str, environment: Mapping[str, str]) -> None:
    sam = Path(sys.executable).parent / "sam"
    if not sam.exists():
        raise LocalAwsError("SAM is not installed beside this Python; run `make setup`, then use .venv/bin/python")
    done = subprocess.run(
        # The file must be named: SAM looks for it beside the template, which lies in the build folder.
        [sam, command, f"--config-file={_ROOT / 'samconfig.toml'}", "--config-env=local", *arguments],
        cwd=_ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise LocalAwsError(f"sam {command} failed:\n{done.stdout}")


def _client(service: str, endpoint: str) -> Any:
    session = boto3.session.Session(
        aws_access_key_id=_CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=_CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        region_name=REGION,
    )
    config = Config(proxies={}, retries={"mode": "standard", "max_attempts": 5}, s3={"addressing_style": "path"})
    return session.client(service, endpoint_url=endpoint, config=config)  # type: ignore[call-overload]


def _repair_concurrency(endpoint: str) -> None:
    # Ministack keeps a number that came from a parameter as text, and one such source stops the polling of all queues.
    functions = _client("lambda", endpoint)
    for page in functions.get_paginator("list_event_source_mappings").paginate():
        for source in page["EventSourceMappings"]:
            if limit := source.get("ScalingConfig", {}).get("MaximumConcurrency"):
                functions.update_event_source_mapping(
                    UUID=source["UUID"], ScalingConfig={"MaximumConcurrency": int(limit)}
                )


def _repair_permissions(endpoint: str, name: str) -> None:
    # To IAM, SendMessageBatch is SendMessage; ministack takes it for an action of its own, which AWS does not know.
    iam = _client("iam", endpoint)
    for page in iam.get_paginator("list_roles").paginate():
        for role in (each["RoleName"] for each in page["Roles"] if each["RoleName"].startswith(f"{name}-")):
            for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
                document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
                for statement in document["Statement"]:
                    actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
                    if "sqs:SendMessage" in actions and "sqs:SendMessageBatch" not in actions:
                        statement["Action"] = [*actions, "sqs:SendMessageBatch"]
                iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document))


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _architecture() -> str:
    return "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_taken(port: int) -> bool:
    """Whether somebody listens on this port of the loopback."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/_ministack/ready")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def leave_orderly() -> None:
    """Let SIGTERM and SIGHUP be exceptions, as Ctrl-C is: `with` blocks then stop what they began."""

    def leave(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, leave)


def _remove_leftovers() -> None:
    """Remove the folders of runs that were killed before they could; each is named after the process it belonged to."""
    _STATE.mkdir(exist_ok=True)
    for folder in _folders():
        owner = int(folder.name.partition("-")[0])
        try:
            os.kill(owner, 0)
        except ProcessLookupError:
            shutil.rmtree(folder, ignore_errors=True)
        except PermissionError:
            continue


def _folders() -> Iterator[Path]:
    return (path for path in _STATE.iterdir() if path.name.partition("-")[0].isdigit())
