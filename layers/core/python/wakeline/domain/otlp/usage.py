"""Tokens and cost of a model call, as disjoint counters.

OpenTelemetry and OpenInference count cached tokens as a part of the input, Anthropic and Bedrock beside it. The first
is assumed unless the span says otherwise: its total fits only the second reading, or it carries the provider's own
numbers.
"""

from typing import Any

from .attributes import Attributes
from .values import count_of, dollars_of, parsed

INPUT = (
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.prompt_tokens",
    "llm.token_count.prompt",
    "llm.usage.prompt_tokens",
    "ai.usage.inputTokens",
    "ai.usage.promptTokens",
    "ai.usage.tokens",
)
OUTPUT = (
    "gen_ai.usage.output_tokens",
    "gen_ai.usage.completion_tokens",
    "llm.token_count.completion",
    "llm.usage.completion_tokens",
    "ai.usage.outputTokens",
    "ai.usage.completionTokens",
)
_READ = (
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_read_input_tokens",
    "gen_ai.usage.input_cached_tokens",
    "gen_ai.usage.details.cache_read_input_tokens",
    "gen_ai.usage.details.cache_read_tokens",
    "llm.token_count.prompt_details.cache_read",
    "ai.usage.cachedInputTokens",
)
_WRITE = (
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
    "gen_ai.usage.input_cache_creation",
    "gen_ai.usage.details.cache_creation_input_tokens",
    "gen_ai.usage.details.cache_write_tokens",
    "llm.token_count.prompt_details.cache_write",
)
_REASONING = (
    "gen_ai.usage.reasoning.output_tokens",
    "gen_ai.usage.reasoning_tokens",
    "gen_ai.usage.details.reasoning_tokens",
    "llm.token_count.completion_details.reasoning",
    "llm.usage.reasoning_tokens",
    "ai.usage.reasoningTokens",
)
_TOTAL = ("gen_ai.usage.total_tokens", "llm.token_count.total", "llm.usage.total_tokens", "ai.usage.totalTokens")
_COST = ("llm.cost.total", "gen_ai.usage.cost", "gen_ai.usage.total_cost", "operation.cost", "cost_usd")
_ANTHROPIC = {
    "cache_read_tokens": ("cache_read_input_tokens", "cacheReadInputTokens"),
    "cache_write_tokens": ("cache_creation_input_tokens", "cacheCreationInputTokens", "cacheWriteInputTokens"),
}


def usage_of(said: Attributes) -> dict[str, Any]:
    """The token and cost fields of a payload.

    What the span does not say is absent. `reasoning_tokens` are part of the output.
    """
    given = _langfuse(said) or _claude_code(said) or _common(said)
    cost = _cost(said)
    return given | ({"cost_usd": cost} if cost is not None else {})


def _tokens(said: Attributes, names: tuple[str, ...]) -> int | None:
    for name in names:
        count = count_of(said.left.get(name))
        if count is not None:
            del said.left[name]
            return count
    return None


def _common(said: Attributes) -> dict[str, Any]:
    total = _tokens(said, _TOTAL)
    sent, made = _tokens(said, INPUT), _tokens(said, OUTPUT)
    own = _provider_usage(said)
    read = own.get("cache_read_tokens") if own else _tokens(said, _READ)
    written = own.get("cache_write_tokens") if own else _tokens(said, _WRITE)
    if read is None:
        read = _google_cached(said)
    reasoning = _tokens(said, _REASONING)
    fields: dict[str, Any] = {}
    cached = (read or 0) + (written or 0)
    if sent is not None:
        apart = own.get("beside", sent) == sent if own else total == sent + (made or 0) + cached
        fields["input_tokens"] = sent if apart else max(0, sent - cached)
    said_ones = {
        "output_tokens": made,
        "cache_read_tokens": read,
        "cache_write_tokens": written,
        "reasoning_tokens": reasoning,
    }
    fields |= {name: count for name, count in said_ones.items() if count is not None}
    if total is not None:
        fields["total_tokens"] = total
    return fields


def _provider_usage(said: Attributes) -> dict[str, int]:
    """The cache counters of Anthropic and Bedrock as the Vercel AI library passes them on; these count beside the
    input, of which `beside` is the provider's own number.
    """
    about = parsed(said.see("ai.response.providerMetadata"))
    if not isinstance(about, dict):
        return {}
    found: dict[str, int] = {}
    for provider in ("anthropic", "bedrock"):
        usage = about.get(provider)
        usage = usage.get("usage", usage) if isinstance(usage, dict) else None
        if not isinstance(usage, dict):
            continue
        for field, names in _ANTHROPIC.items():
            counts = [count_of(usage.get(name)) for name in names]
            known = [count for count in counts if count is not None]
            if known:
                found[field] = max(known)
        beside = next(
            (c for name in ("input_tokens", "inputTokens") if (c := count_of(usage.get(name))) is not None), None
        )
        if found and beside is not None:
            found["beside"] = beside
    return found


def _google_cached(said: Attributes) -> int | None:
    """Google's agent kit tells of cached tokens only in the response as a whole."""
    response = parsed(said.see("gcp.vertex.agent.llm_response"))
    usage = response.get("usage_metadata") if isinstance(response, dict) else None
    return count_of(usage.get("cached_content_token_count")) if isinstance(usage, dict) else None


def _langfuse(said: Attributes) -> dict[str, Any]:
    usage = parsed(said.see("langfuse.observation.usage_details"))
    if not isinstance(usage, dict):
        return {}
    names = {
        "input_tokens": ("input",),
        "output_tokens": ("output",),
        "cache_read_tokens": ("input_cached_tokens", "cache_read_input_tokens"),
        "cache_write_tokens": ("input_cache_creation", "cache_creation_input_tokens"),
    }
    counts = {field: next((c for n in known if (c := count_of(usage.get(n))) is not None), None)
              for field, known in names.items()}  # fmt: skip
    return {field: count for field, count in counts.items() if count is not None}


def _claude_code(said: Attributes) -> dict[str, Any]:
    """Claude Code's own attributes, which are disjoint already."""
    names = {
        "input_tokens": "input_tokens",
        "output_tokens": "output_tokens",
        "cache_read_tokens": "cache_read_tokens",
        "cache_write_tokens": "cache_creation_tokens",
    }
    if count_of(said.left.get("input_tokens")) is None:
        return {}
    counts = {field: _tokens(said, (name,)) for field, name in names.items()}
    return {field: count for field, count in counts.items() if count is not None}


def _cost(said: Attributes) -> float | None:
    for name in _COST:
        cost = dollars_of(said.left.get(name))
        if cost is not None:
            del said.left[name]
            return cost
    details = parsed(said.see("langfuse.observation.cost_details"))
    if isinstance(details, dict) and (cost := dollars_of(details.get("total"))) is not None:
        return cost
    halves = [dollars_of(said.left.get(f"llm.cost.{half}")) for half in ("prompt", "completion")]
    return sum(half or 0.0 for half in halves) if any(half is not None for half in halves) else None
