"""Requests to URLs that callers name: guarded, so that nobody reaches our own network through us, and signed."""

from .client import Unreachable, post
from .signed import signed_headers

__all__ = ["Unreachable", "post", "signed_headers"]
