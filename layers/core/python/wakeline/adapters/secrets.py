"""AWS Secrets Manager."""

from functools import cache

from .aws import client


@cache
def secret(name: str) -> str:
    """The string value of a secret. Read once per process; never logged."""
    return str(client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])
