"""What `make build` made, where it has run: small enough, for the right machine, compiled."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILT = ROOT / ".aws-sam" / "build"
LIMIT = 80 * 1024 * 1024


def faults(layer: Path) -> list[str]:
    """What is wrong with a built layer, in words."""
    files = [path for path in (layer / "python").rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    sources = {path for path in files if path.suffix == ".py"}
    compiled = {path.parent.parent / f"{path.name.split('.')[0]}.py" for path in files if path.suffix == ".pyc"}
    found = [f"{size} bytes unzipped"] if size >= LIMIT else []
    found += [f"{path.name} is not for arm64" for path in files if path.suffix == ".so" and not _for_arm64(path)]
    found += [f"{path.relative_to(layer)} is not compiled" for path in sorted(sources - compiled)][:3]
    return found


def _for_arm64(path: Path) -> bool:
    # The machine is the two bytes at 18 of an ELF header; 183 is aarch64.
    with path.open("rb") as file:
        return file.read(20)[18:] == b"\xb7\x00"


@pytest.mark.parametrize("name", ["DepsLayer", "CoreLayer"])
def test_a_built_layer_is_sound(name):
    layer = BUILT / name
    if not layer.is_dir():
        pytest.skip("make build has not run here")
    assert faults(layer) == []


def test_services_are_kept_and_dropped():
    data = BUILT / "DepsLayer" / "python" / "botocore" / "data"
    if not data.is_dir():
        pytest.skip("make build has not run here")
    kept = {path.name for path in data.iterdir()}
    assert {"dynamodb", "s3", "secretsmanager", "endpoints.json", "partitions.json"} <= kept
    assert "ec2" not in kept


def test_faults_are_found(tmp_path):
    site = tmp_path / "python"
    (site / "__pycache__").mkdir(parents=True)
    (site / "a.py").touch()
    (site / "__pycache__" / "a.cpython-313.pyc").touch()
    assert faults(tmp_path) == []
    (site / "b.py").touch()
    (site / "c.so").write_bytes(b"\x7fELF" + bytes(14) + b"\x3e\x00")
    with (site / "large.bin").open("wb") as file:
        file.truncate(LIMIT)
    assert [fault.split()[1:3] for fault in faults(tmp_path)] == [["bytes", "unzipped"], ["is", "not"], ["is", "not"]]
