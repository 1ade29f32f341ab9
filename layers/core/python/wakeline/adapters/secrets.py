"""AWS Secrets Manager."""

from functools import cache

from .aws import client, code_of


@cache
def secret(name: str) -> str:
    """The string value of a secret. Read once per process; never logged."""
    return str(client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])


def secret_if_any(name: str) -> str | None:
    """The string value of a secret as it is now; None when there is none of that name."""
    from botocore.exceptions import ClientError

    try:
        return str(client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])
    except ClientError as error:
        # The last two are said of a name that no secret can bear, and of one that is being deleted.
        if code_of(error) in ("ResourceNotFoundException", "ValidationException", "InvalidRequestException"):
            return None
        raise
