"""
The layers are what Lambda needs: under python/, with bytecode that survives SAM's zip, for both CPUs.
"""

import hashlib
from importlib.util import MAGIC_NUMBER
from pathlib import Path

import pytest

from local import aws
from tests.conftest import Show

pytestmark = pytest.mark.stack  # a cold build asks the package index

LAYERS = ("Dependencies", "Herald")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which SAM has built the bundle."""
    folder = tmp_path_factory.mktemp("build")
    aws.build(folder)
    return folder


@pytest.mark.parametrize("layer", LAYERS)
def test_everything_lies_under_python(built: Path, layer: str) -> None:
    """
    A layer holds one folder, python, and not another in it: Lambda looks nowhere else.
    """
    assert [path.name for path in (built / layer).iterdir()] == ["python"]
    assert not (built / layer / "python" / "python").exists()


@pytest.mark.parametrize("layer", LAYERS)
def test_every_module_has_its_bytecode(built: Path, layer: str) -> None:
    """
    Each .py has one .pyc, so no cold start compiles anything.
    """
    modules = {path.relative_to(built) for path in (built / layer).rglob("*.py")}
    compiled = {
        path.parent.parent.relative_to(built) / f"{path.name.partition('.')[0]}.py"
        for path in (built / layer).rglob("*.pyc")
    }
    assert modules
    assert compiled == modules


@pytest.mark.parametrize("layer", LAYERS)
def test_bytecode_is_believed(built: Path, layer: str) -> None:
    """
    Bytecode is Python 3.13's and unchecked-hash: SAM's zip sets every date to 1980, so dated bytecode would be ignored.
    """
    for path in (built / layer).rglob("*.pyc"):
        head = path.read_bytes()[:8]
        assert head[:4] == MAGIC_NUMBER
        assert int.from_bytes(head[4:8], "little") == 1, path


def test_both_cpus(built: Path) -> None:
    """
    What is compiled is there for arm64 and for x86_64, so no deployment can bring the wrong one.
    """
    compiled = {path.name for path in (built / "Dependencies").rglob("*.so")}
    families = {name.partition(".")[0] for name in compiled}
    assert "_pydantic_core" in families
    for cpu in ("aarch64", "x86_64"):
        assert {f"{family}.cpython-313-{cpu}-linux-gnu.so" for family in families} <= compiled


def test_nothing_that_lambda_has_no_use_for(built: Path) -> None:
    """
    No tests, no type stubs, no programs; licences and names of what is inside stay.
    """
    packages = built / "Dependencies" / "python"
    names = {path.name for path in packages.rglob("*")}
    assert not names & {"tests", "bin", "requirements.txt", "Makefile"}
    assert not [name for name in names if name.endswith(".pyi")]
    assert [path for path in packages.iterdir() if path.name.endswith(".dist-info")]
    assert not [path for path in packages.iterdir() if path.name.startswith(("boto3", "botocore"))]


@pytest.mark.parametrize("layer", LAYERS)
def test_tracebacks_name_the_place_on_lambda(built: Path, layer: str) -> None:
    """
    Bytecode carries the path where Lambda unpacks the layer, not the one where it was built.
    """
    assert not [path for path in (built / layer).rglob("*.pyc") if str(built).encode() in path.read_bytes()]
    some = next((built / layer / "python").rglob("*.pyc"))
    assert b"/opt/python/" in some.read_bytes()


@pytest.mark.goal("G30")
def test_the_build_is_reproducible(built: Path, tmp_path: Path, figure: Show) -> None:
    """
    Built again from the same sources, every layer and function is the same, byte for byte.
    """
    aws.build(tmp_path)
    names = sorted(path.name for path in built.iterdir() if path.is_dir())
    assert names
    for name in names:
        assert _digest(built / name) == _digest(tmp_path / name), name
    figure("G30", "layers and functions that are the same when built twice", len(names))


def _digest(folder: Path) -> str:
    """SHA-256 over the names and contents of all files."""
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        whole.update(f"{path.relative_to(folder)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()
