"""The deployment's signing key, in KMS: an elliptic-curve key that nobody can take out."""

from functools import cache

from wakeline import settings
from wakeline.adapters import aws


class KmsSigner:
    """The `Signer` port."""

    def public_key(self) -> bytes:
        """SubjectPublicKeyInfo, DER. It never changes, so it is asked for once."""
        return _public_key(settings.signing_key())

    def sign(self, statement: bytes) -> bytes:
        """Pattern: one Sign. KMS hashes a raw message of at most 4 096 bytes itself; a statement has some 500."""
        answer = aws.client("kms").sign(
            KeyId=settings.signing_key(), Message=statement, MessageType="RAW", SigningAlgorithm="ECDSA_SHA_256"
        )
        return bytes(answer["Signature"])


@cache
def _public_key(key_id: str) -> bytes:
    return bytes(aws.client("kms").get_public_key(KeyId=key_id)["PublicKey"])


def is_signed(public_key: bytes, statement: bytes, signature: bytes) -> bool:
    """Whether `signature` (DER) is one of `statement` under an elliptic-curve key (SubjectPublicKeyInfo, DER)."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        key = load_der_public_key(public_key)
        if not isinstance(key, ec.EllipticCurvePublicKey):
            return False
        key.verify(signature, statement, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True
