"""The one maker of AWS clients (botocore), and the reading of their errors.

Clients are made on first use and kept: making one costs a cold start more than anything else does.
"""

from functools import cache
from threading import Lock
from typing import Any

CONDITION_FAILED = "ConditionalCheckFailedException"
TRANSACTION_CONFLICT = "TransactionConflictException"


class _Clients:
    """Clients by service. Two made at once for two threads would not know each other's exceptions, hence the lock."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}
        self._making = Lock()

    def __call__(self, service: str) -> Any:
        """The client of an AWS service (`dynamodb`, `s3`, …), for the region and credentials of the environment."""
        found = self._made.get(service)
        if found is None:
            with self._making:
                found = self._made.get(service) or self._made.setdefault(service, _make(service))
        return found

    def cache_clear(self) -> None:
        """Forget all clients: the next ones see another environment."""
        self._made.clear()


client = _Clients()


def _make(service: str) -> Any:
    from botocore.config import Config

    config = Config(
        retries={"mode": "standard", "max_attempts": 4},
        connect_timeout=2,
        # A language model may think for minutes.
        read_timeout=120 if service == "bedrock-runtime" else 10,
        # The service checks what it is sent; doing so here as well costs a tenth of a write.
        parameter_validation=False,
        # Else botocore describes the machine anew for every call.
        user_agent="wakeline",
        # An IMDS lookup has no place in a Lambda, and signing S3 URLs needs version 4.
        signature_version="s3v4" if service == "s3" else None,
    )
    return session().create_client(service, config=config)


def session() -> Any:
    """A botocore session, which makes clients."""
    import botocore.session

    made = botocore.session.get_session()
    made.register_component("data_loader", _loader())
    return made


@cache
def _loader() -> Any:
    """botocore's reader of service models, shared by all clients.

    To know what services there are, botocore looks into two folders of each of its 400; their names alone do as well.
    """
    import os

    from botocore.loaders import Loader

    class NamesOnly(Loader):
        def list_available_services(self, type_name: str) -> list[str]:  # noqa: ARG002 — as in botocore
            return sorted({name for path in self.search_paths if os.path.isdir(path) for name in os.listdir(path)})

    return NamesOnly()


def code_of(error: Exception) -> str:
    """The AWS error code that an exception carries, or an empty string."""
    response = getattr(error, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""
