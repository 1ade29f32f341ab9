"""Which moto the patches of this folder were read against, file by file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import moto

# sha256 of the source files the patches rely on, by moto version. For a new moto: read the diff of these files, run
# tests/local, add an entry.
REVIEWED = {
    "5.2.5": {
        "dynamodb/models/table.py": "3fecc9e51039f5a1ac5e302a21dc7aef48639a185ba01b11f9a6c32cf7853ba8",
        "dynamodb/models/__init__.py": "deee8b9c59bc8a4be642e9968c1673b6e4be57b989f8fd6777dd29786864ca86",
        "dynamodb/models/dynamo_type.py": "f405bdcb4af8349593933e431a37b284a32ac8d09aca76d6748e7f3c2fe65957",
        "dynamodb/models/utilities.py": "0a0a80f3b1068b8c4861bf11afbfe0aa104ad5931d30d79884ca652a97f20e25",
        "dynamodb/parsing/executors.py": "a3321981850c93b668359f94e8ae00a25f490c75ce17a1b4d0102aff1e898942",
        "dynamodb/parsing/expressions.py": "fc933923742bf9b0cd01c926890f68200078025abe88f159f5e255b2072b4fa8",
        "dynamodb/parsing/validators.py": "345c1740c0c674a72a5ed56f5ea01ba385ccb69a1bf21f8c134b389d9b41a3e3",
        "dynamodb/responses.py": "8e3fb141a935b9d3d74154b30f66e449409780ec3b120da077ed7ad7771e00c7",
        "core/botocore_stubber.py": "1fa8dc6c54fa37cfd4282fd76942f287f9d2f27d89da554beb77acfc02cf4f26",
    },
}


class UnreviewedMoto(RuntimeError):
    """The installed moto is not one the patches were checked against."""


def check() -> None:
    """Raises UnreviewedMoto when the installed moto is not a reviewed one."""
    expected = REVIEWED.get(moto.__version__)
    if expected is None:
        raise UnreviewedMoto(f"moto {moto.__version__} is not reviewed; reviewed: {', '.join(REVIEWED)}")
    root = Path(moto.__file__).parent
    for name, digest in expected.items():
        if hashlib.sha256((root / name).read_bytes()).hexdigest() != digest:
            raise UnreviewedMoto(f"moto/{name} differs from the reviewed {moto.__version__}")
