"""Requests that may be repeated: all attempts make the same ids, so what a failed one stored is found."""

from base64 import urlsafe_b64encode
from collections import Counter
from dataclasses import dataclass, replace
from hashlib import sha256

from .env import Env
from .ids import ulid

TOLD = frozenset({"evt", "mut"})
"""Prefixes of what a ledger is told: told twice it is told of two attempts."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What all attempts at one request have in common: `seed` is hexadecimal chance that nobody can guess, `since` the
    Unix milliseconds of the first attempt.
    """

    seed: str
    since: int

    def chance(self, of: str) -> bytes:
        """32 bytes for one use, always the same ones."""
        return sha256(f"{self.seed} {of}".encode()).digest()

    def token(self, of: str) -> str:
        """32 characters of A-Z a-z 0-9 - _ for one use; nobody can guess them."""
        return urlsafe_b64encode(self.chance(of)[:24]).decode()


def repeatable(env: Env, claim: Claim) -> Env:
    """An `Env` whose ids are the claim's: the same ones in the same order, and as old as the first attempt."""
    made: Counter[str] = Counter()

    def new_id(prefix: str) -> str:
        if prefix in TOLD:
            return env.new_id(prefix)
        made[prefix] += 1
        return f"{prefix}_{ulid(claim.since, claim.chance(f'{prefix} {made[prefix]}')[:10])}"

    return replace(env, new_id=new_id)
