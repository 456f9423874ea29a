"""The key with which this site signs what it sends to platforms, and the set of public keys they check it with."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from django.conf import settings
from jwt.algorithms import RSAAlgorithm

ALGORITHM = "RS256"


@lru_cache(4)
def _private_key(path: Path) -> RSAPrivateKey:
    """Return the key in `path`; create it, readable by its owner only, if there is none. Of two processes that create
    it together, both read the same."""
    if not path.exists():
        made = generate_private_key(public_exponent=65537, key_size=2048)
        pem = made.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file, draft = tempfile.mkstemp(dir=path.parent)  # mode 600
        with os.fdopen(file, "wb") as out:
            out.write(pem)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(draft)
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(key, RSAPrivateKey)
    return key


def public_key() -> dict[str, str]:
    """Return the public key as a JSON Web Key; its id is its thumbprint (RFC 7638)."""
    key: dict[str, Any] = RSAAlgorithm.to_jwk(_private_key(settings.LTI_KEY_FILE).public_key(), as_dict=True)
    needed = json.dumps({name: key[name] for name in ("e", "kty", "n")}, separators=(",", ":"))
    id = base64.urlsafe_b64encode(hashlib.sha256(needed.encode()).digest()).rstrip(b"=").decode()
    return {"kty": key["kty"], "n": key["n"], "e": key["e"], "alg": ALGORITHM, "use": "sig", "kid": id}


def signed(claims: dict[str, Any]) -> str:
    """Return claims as a JSON Web Token signed by this site."""
    return jwt.encode(claims, _private_key(settings.LTI_KEY_FILE), ALGORITHM, headers={"kid": public_key()["kid"]})
