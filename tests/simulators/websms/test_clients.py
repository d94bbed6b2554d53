"""
The published websms clients, unmodified, send through the simulator.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
import websms
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from local.simulators.websms import create_app
from local.simulators.websms.magic import number_for
from tests.simulators import npm
from tests.simulators.driver import running
from tests.simulators.websms.driver import Simulator

SCRIPT = """
const client = require("websmscom");
const [url, password, kind, recipient] = process.argv.slice(1);
const sender = new client.Client(url, "sim-user", password);
const part = (index, text) => Buffer.from([5, 0, 3, 0xfc, 2, index, ...Buffer.from(text)]).toString("base64");
const message = kind === "text"
  ? new client.TextMessage([recipient], "Gr\\u00fc\\u00dfe \\u20ac")
  : new client.BinaryMessage([recipient], [part(1, "Zusammen"), part(2, "gef\\u00fcgt.")], true);
message.setClientMessageId("from-node");
sender.send(message, 1, false, (error, answer) => console.log(JSON.stringify({
  cause: error && error.cause, answer: error ? error.apiResponse : answer
}, (key, value) => key === "messageObject" ? undefined : value)));
"""


@pytest.fixture
def service(simulator: Simulator) -> websms.SMSService:
    url = f"{simulator.url}/rest/smsmessaging/text"
    return websms.SMSService(api_url=url, username="sim-user", password="sim-password", timeout=5)


def test_pypi_websms(simulator: Simulator, service: websms.SMSService) -> None:
    """
    PyPI websms 1.0.0 sends a text and gets the transferId.
    """
    sms = websms.SMS(["+4367612345678"], "Grüße", sender_address="Herald", sender_address_type="alphanumeric")
    sms.max_sms_per_message = 2
    transfer = service.send(sms)
    arrived = simulator.messages()[0]
    assert (arrived["accepted"], arrived["provider_id"]) == (True, transfer)
    assert arrived["body"]["messageContent"] == "Grüße"
    assert arrived["body"]["maxSmsPerMessage"] == "2"


def test_pypi_websms_refused(service: websms.SMSService) -> None:
    """
    PyPI websms 1.0.0 raises on a refusal under HTTP 200, and on 401.
    """
    with pytest.raises(websms.RequestError):
        service.send(websms.SMS([number_for(4002)], "hi"))
    service.configure(password="wrong")
    with pytest.raises(websms.RequestError):
        service.send(websms.SMS(["4367612345678"], "hi"))


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """
    A self-signed certificate for localhost and 127.0.0.1, and its key.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    alternatives = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(IPv4Address("127.0.0.1"))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(datetime.now(UTC) - timedelta(days=1))
    builder = builder.not_valid_after(datetime.now(UTC) + timedelta(days=1)).add_extension(alternatives, critical=False)
    certificate_file, key_file = folder / "cert.pem", folder / "key.pem"
    certificate_file.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate_file, key_file


@pytest.fixture(scope="session")
def client_folder(pytestconfig: pytest.Config) -> Path:
    """
    npm websmscom 1.0.3, installed once.
    """
    return npm.installed(pytestconfig, "websmscom", "1.0.3")


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[Simulator, Path]]:
    """
    A simulator behind TLS and its certificate: the npm client speaks nothing else.
    """
    certificate, key = write_certificate(tmp_path)
    with running(create_app(), Simulator, str(certificate), str(key)) as simulator:
        yield simulator, certificate


def run_node(folder: Path, secure: tuple[Simulator, Path], *arguments: str) -> Any:
    simulator, certificate = secure
    environment = {"NODE_EXTRA_CA_CERTS": str(certificate)}
    return npm.run_node(folder, SCRIPT, f"{simulator.url}/", *arguments, environment=environment)


@pytest.mark.parametrize(("kind", "count"), [("text", 1), ("binary", 2)])
def test_npm_websmscom(client_folder: Path, secure: tuple[Simulator, Path], kind: str, count: int) -> None:
    """
    npm websmscom 1.0.3 sends a text and a binary message and finds its answer good.
    """
    printed = run_node(client_folder, secure, "sim-password", kind, "4367612345678")
    assert printed["cause"] is None
    answer = printed["answer"]
    assert (answer["statusCode"], answer["clientMessageId"], answer["smsCount"]) == (2000, "from-node", count)


def test_npm_websmscom_refused(client_folder: Path, secure: tuple[Simulator, Path]) -> None:
    """
    npm websmscom 1.0.3 tells a refusal from bad credentials.
    """
    refused = run_node(client_folder, secure, "sim-password", "text", number_for(4031).removeprefix("+"))
    assert (refused["cause"], refused["answer"]["statusCode"]) == ("api", 4031)
    assert run_node(client_folder, secure, "wrong", "text", "4367612345678")["cause"] == "authorization"
