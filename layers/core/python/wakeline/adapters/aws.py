"""The one maker of AWS clients (botocore), and the reading of their errors.

Clients are made on first use and kept: making one costs a cold start more than anything else does.
"""

from functools import cache
from typing import Any

CONDITION_FAILED = "ConditionalCheckFailedException"
TRANSACTION_CONFLICT = "TransactionConflictException"


@cache
def client(service: str) -> Any:
    """The client of an AWS service (`dynamodb`, `s3`, …), for the region and credentials of the environment."""
    import botocore.session
    from botocore.config import Config

    config = Config(
        retries={"mode": "standard", "max_attempts": 4},
        connect_timeout=2,
        read_timeout=10,
        # An IMDS lookup has no place in a Lambda, and signing S3 URLs needs version 4.
        signature_version="s3v4" if service == "s3" else None,
    )
    return botocore.session.get_session().create_client(service, config=config)


def code_of(error: Exception) -> str:
    """The AWS error code that an exception carries, or an empty string."""
    response = getattr(error, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""
