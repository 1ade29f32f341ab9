"""The only reader of the environment. Read when asked, never at import, so that tests and the local stack can set it
first.
"""

import os


def _required(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise RuntimeError(f"the environment variable {name} is not set")
    return value


def table_name() -> str:
    """The DynamoDB table."""
    return _required("TABLE_NAME")


def bucket_name() -> str:
    """The private bucket."""
    return _required("BUCKET_NAME")


def default_plan() -> str:
    """The plan of keys and people that have none of their own."""
    return os.environ.get("DEFAULT_PLAN") or "free"


def jwt_issuer() -> str:
    """The `iss` that console JWTs must bear; empty when there is no console."""
    return os.environ.get("JWT_ISSUER", "")


def jwt_audience() -> str:
    """The `aud` that console JWTs must bear."""
    return os.environ.get("JWT_AUDIENCE", "")


def jwt_jwks_url() -> str:
    """Where the issuer publishes its keys; empty when it signs with a shared secret."""
    return os.environ.get("JWT_JWKS_URL", "")


def jwt_secret_name() -> str:
    """The Secrets Manager name of an HS256 secret; empty when the issuer publishes keys."""
    return os.environ.get("JWT_SECRET_NAME", "")


def version() -> str:
    """The deployed version."""
    from wakeline import __version__

    return os.environ.get("WAKELINE_VERSION") or __version__


def bus_name() -> str:
    """The event bus."""
    return _required("BUS_NAME")


def websocket_endpoint() -> str:
    """Where messages to WebSocket clients are posted."""
    return _required("WEBSOCKET_ENDPOINT")


def stream_seconds() -> float:
    """How long one SSE connection lasts before it hands over to the next: less than the function's timeout."""
    return float(os.environ.get("STREAM_SECONDS") or 840)


def stream_poll_ms() -> float:
    """Milliseconds between two looks at a feed in which something happens."""
    return float(os.environ.get("STREAM_POLL_MS") or 200)


def stream_idle_ms() -> float:
    """Milliseconds between two looks at a feed in which nothing happens."""
    return float(os.environ.get("STREAM_IDLE_MS") or 1000)


def webhook_queue_url() -> str:
    """The queue of webhook messages."""
    return _required("WEBHOOK_QUEUE_URL")


def webhook_secret_name() -> str:
    """The Secrets Manager name of the secret that webhooks' own secrets follow from."""
    return _required("WEBHOOK_SECRET")


def evidence_bucket() -> str:
    """The bucket under Object Lock."""
    return _required("EVIDENCE_BUCKET")


def signing_key() -> str:
    """The KMS key that digests are signed with."""
    return _required("SIGNING_KEY")


def s3_public_endpoint() -> str:
    """Where clients of presigned URLs reach S3, if that is not S3 itself: set by the local stack only."""
    return os.environ.get("S3_PUBLIC_ENDPOINT", "")


def outgoing_allow() -> tuple[str, ...]:
    """Hosts (`127.0.0.1:8080`, comma-separated) that outgoing requests reach though they are private: tests only."""
    return tuple(filter(None, os.environ.get("OUTGOING_ALLOW", "").split(",")))


def github_secret_name() -> str:
    """The Secrets Manager name of a GitHub token; empty: only public repositories are asked for, slowly."""
    return os.environ.get("GITHUB_SECRET_NAME", "")


def github_api_url() -> str:
    """Where the GitHub API is."""
    return os.environ.get("GITHUB_API_URL") or "https://api.github.com"


def local_checkouts() -> bool:
    """Whether sessions' folders are on this machine: on the local stack they are."""
    return os.environ.get("LOCAL_CHECKOUTS") == "1"


def embedding_model() -> str:
    """The Bedrock model that makes vectors; `local` for what this machine has, as on the local stack."""
    return os.environ.get("EMBEDDING_MODEL") or "local"


def embedding_dimensions() -> int:
    """Dimensions asked of the Bedrock model."""
    return int(os.environ.get("EMBEDDING_DIMENSIONS") or 256)


def search_cache_mb() -> int:
    """Megabytes of the search index that a process keeps in its temporary storage."""
    return int(os.environ.get("SEARCH_CACHE_MB") or 400)


def billing_secret_name() -> str:
    """The Secrets Manager name of the payment provider's keys; empty where nothing is sold."""
    return os.environ.get("BILLING_SECRET_NAME", "")


def fix_model() -> str:
    """The Bedrock model, or inference profile, that proposes fixes; empty = none, fixes are deterministic."""
    return os.environ.get("FIX_MODEL", "")


def github_secrets() -> str:
    """Where workspaces' GitHub App secrets are: `<this>/github/<workspace id>` in Secrets Manager; empty = none."""
    return os.environ.get("GITHUB_SECRETS", "")
