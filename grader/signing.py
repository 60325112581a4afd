"""Signs results and tells whether a signature holds: Ed25519 over a canonical form of the JSON.

The private key signs and stays with the instructor; the public one only verifies, so whoever holds it
(an assistant, a student) can check results and forge none. ``grader sign`` belongs on a machine that
runs no student's workflow: whoever can change a workflow can read its secrets.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from grader.errors import UsageError

SIGNING_KEY = "GRADER_SIGNING_KEY"  # the private key, 32 bytes in base64
VERIFY_KEY = "GRADER_VERIFY_KEY"  # the public key, 32 bytes in base64; not needed beside the private one
# What is signed begins with this, so that a signature for something else is none for results.
DOMAIN = b"valkey-grader results 1\n"
MEMBER = "signature"
ALGORITHM = "ed25519"
KEY_BYTES = 32
EXACT = 2**53  # whole numbers up to here are the same in every program that reads JSON


class Verdict(StrEnum):
    """What a signature says about results."""

    SIGNED = "signed"
    UNSIGNED = "unsigned"
    WRONG = "wrong"  # changed since they were signed, or signed with another key


class _NotCanonicalError(ValueError):
    """The text can be read in more than one way."""


def new_keys() -> tuple[str, str]:
    """A new private key and its public key, both in base64."""
    key = Ed25519PrivateKey.generate()
    return _encode(key.private_bytes_raw()), _encode(key.public_key().public_bytes_raw())


def sign(document: bytes, environment: Mapping[str, str]) -> bytes:
    """The same results with a signature inside, which replaces an older one; a bad key raises UsageError."""
    key = _private_key(environment)
    results = _read(document)
    public = _encode(key.public_key().public_bytes_raw())
    value = _encode(key.sign(_canonical(results)))
    results[MEMBER] = {"algorithm": ALGORITHM, "public_key": public, "value": value}
    return (json.dumps(results, indent=2, ensure_ascii=False) + "\n").encode()


def verify(document: bytes, environment: Mapping[str, str]) -> Verdict:
    """What the signature in some results says; the key comes from the environment, never from the results."""
    key = _public_key(environment)
    results = _read(document)
    if MEMBER not in results:
        return Verdict.UNSIGNED
    signature = results[MEMBER]
    try:
        key.verify(_decode(signature["value"]), _canonical(results))
    except (InvalidSignature, KeyError, TypeError, ValueError):
        return Verdict.WRONG
    return Verdict.SIGNED


def _read(document: bytes) -> dict[str, Any]:
    """The results as plain values; text that two programs could read differently raises UsageError."""
    try:
        results = json.loads(document, object_pairs_hook=_unique, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"These are no results that can be signed or verified: {error}.") from None
    if not isinstance(results, dict) or "format_version" not in results:
        raise UsageError("These are no results: there is no format_version. Give a results.json.")
    return results


def _canonical(results: Mapping[str, Any]) -> bytes:
    """All but the signature: names sorted, no spaces, whole numbers without a point, UTF-8."""
    content = {name: _plain(value) for name, value in results.items() if name != MEMBER}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    # Half a surrogate pair has no UTF-8; it is kept apart from every other text as it is.
    return DOMAIN + text.encode("utf-8", "surrogatepass")


def _plain(value: Any) -> Any:
    """The value with 40.0 as 40: writers of JSON differ there, and the number is the same."""
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return int(value)
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object's members; a name that stands twice could be read either way."""
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _NotCanonicalError("a name stands twice in one object")
    return members


def _refuse(constant: str) -> float:
    raise _NotCanonicalError(f"{constant} is not JSON")


def _private_key(environment: Mapping[str, str]) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_key(environment, SIGNING_KEY))


def _public_key(environment: Mapping[str, str]) -> Ed25519PublicKey:
    if environment.get(VERIFY_KEY):
        return Ed25519PublicKey.from_public_bytes(_key(environment, VERIFY_KEY))
    if environment.get(SIGNING_KEY):
        return _private_key(environment).public_key()
    raise UsageError(f"There is no key to verify with. Set {VERIFY_KEY}; `grader sign --new-key` makes one.")


def _key(environment: Mapping[str, str], name: str) -> bytes:
    """A key from the environment; the message never shows what was there."""
    text = environment.get(name, "")
    if not text:
        raise UsageError(f"{name} is not set. `grader sign --new-key` makes a pair of keys.")
    try:
        key = _decode(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise UsageError(f"{name} is no key: it must be {KEY_BYTES} bytes in base64.")
    return key


def _encode(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text.strip(), validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None
