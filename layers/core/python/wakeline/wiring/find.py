"""Wiring of search, memory, skills and billing."""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from wakeline import settings

if TYPE_CHECKING:
    from wakeline.domain.feed import Appended
    from wakeline.services.billing_ports import AccountStore, Payments
    from wakeline.services.memory_ports import MemoryStore
    from wakeline.services.search import Index
    from wakeline.services.search_index import Indexer
    from wakeline.services.search_ports import Embedder, IndexFiles, IndexStore, TextRanker
    from wakeline.services.skill_ports import SkillStore


def memories() -> "MemoryStore":
    """What agents keep."""
    from wakeline.adapters.dynamodb.memories import DynamoMemories

    return DynamoMemories()


def skills() -> "SkillStore":
    """Skills and their versions."""
    from wakeline.adapters.dynamodb.skills import DynamoSkills

    return DynamoSkills()


def embedder() -> "Embedder":
    """What makes vectors: a Bedrock model if one is configured, else the local model, else words and their pieces."""
    return _embedder(settings.embedding_model(), settings.embedding_dimensions())


@cache
def _embedder(model: str, dimensions: int) -> "Embedder":
    from wakeline.adapters.embeddings import chosen

    return chosen(model, dimensions)


def index_store() -> "IndexStore":
    """Manifests of the search index."""
    from wakeline.adapters.dynamodb.search_index import DynamoIndex

    return DynamoIndex()


@cache
def index_files() -> "IndexFiles":
    """Parts of the search index; those that were asked lately stay open."""
    from wakeline.adapters.s3.search_parts import S3Blobs
    from wakeline.adapters.sqlite.parts import SqliteParts

    return SqliteParts(S3Blobs(), settings.search_cache_mb() * 1024 * 1024)


def segment_change(record: dict[str, Any]) -> "tuple[Appended, bool] | None":
    """The segment that a record of the table's stream says was committed or changed, and whether it was changed."""
    from wakeline.adapters.dynamodb import changes

    return changes.segment_change(record)


def ranker() -> "TextRanker":
    """Ranks texts that are in no index."""
    from wakeline.adapters.sqlite.ranker import SqliteRanker

    return SqliteRanker()


def search_index() -> "Index":
    """What searching takes."""
    from wakeline import wiring
    from wakeline.services.search import Index

    return Index(index_store(), index_files(), wiring.ledger())


def indexer(failed: Callable[[Exception], None]) -> "Indexer":
    """What keeping the index takes. `failed` is told when texts get no vectors."""
    from wakeline import wiring
    from wakeline.services.search_index import Indexer

    return Indexer(index_store(), index_files(), wiring.ledger(), embedder(), wiring.env(), failed)


def accounts() -> "AccountStore":
    """Workspaces' billing."""
    from wakeline.adapters.dynamodb.billing import DynamoAccounts

    return DynamoAccounts()


def payments() -> "Payments":
    """The payment provider. Raises `BillingNotConfigured`."""
    from wakeline import wiring
    from wakeline.adapters.dodo.payments import DodoPayments

    name = settings.billing_secret_name()
    return DodoPayments(wiring.secret(name) if name else "")
