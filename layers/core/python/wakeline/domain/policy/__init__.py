"""Policies: a TOML document that says what agents may do, what sessions must show, what is redacted and kept."""

from .document import Document, SessionRule
from .engine import Action, Policy, Verdict
from .reading import MAX_TEXT, read

__all__ = ["MAX_TEXT", "Action", "Document", "Policy", "SessionRule", "Verdict", "read"]
