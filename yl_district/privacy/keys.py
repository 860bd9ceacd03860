"""The keys of what is ciphertext at rest: those of the columns, and one that is never rotated.

`settings.FIELD_KEYS` holds a key in each line (or between commas): its id and 32 bytes in base64. The first one is the
current key, with which everything is written; the others still read what they once wrote. From the key `index` all
others are derived (blind indexes, the access log's digests): rotating it would break what was derived from it.
"""

import base64
import binascii
import re
from functools import lru_cache
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

LENGTH = 32
INDEX = "index"
KEY_ID = re.compile(r"[a-z0-9]{1,16}")


class FieldKey(NamedTuple):
    """A key of the columns, with the cipher that works under it."""

    id: str
    cipher: AESGCM


class KeyRing(NamedTuple):
    """All keys of this installation."""

    current: FieldKey
    by_id: dict
    index: bytes


def key_ring():
    """The keys of the settings, read once."""
    return read_keys(settings.FIELD_KEYS)


def current_key():
    """The FieldKey with which everything is written."""
    return key_ring().current


def key_of(key_id):
    """The FieldKey of this id, None where this installation does not have it."""
    return key_ring().by_id.get(key_id)


def derived_key(purpose):
    """32 bytes for one purpose alone, the same as long as the key `index` stays (HKDF-SHA256)."""
    return derive(key_ring().index, purpose)


@lru_cache
def derive(secret, purpose):
    """32 bytes that tell nothing about the secret, nor about those of another purpose."""
    return HKDF(SHA256(), LENGTH, salt=None, info=purpose.encode()).derive(secret)


@lru_cache
def read_keys(text):
    """The KeyRing that a key file or the environment states."""
    secrets = {}
    for number, line in enumerate(filter(None, map(str.strip, re.split(r"[\n,]", text))), 1):
        key_id, secret = read_line(number, line)
        if key_id in secrets:
            raise ImproperlyConfigured(f"字段密钥第 {number} 行：编号 {key_id} 重复，每把密钥的编号应各不相同。")
        secrets[key_id] = secret
    index = secrets.pop(INDEX, None)
    if index is None:
        raise ImproperlyConfigured(f"字段密钥中没有编号为 {INDEX} 的一行，请从备份中恢复（见 docs/keys.md）。")
    if not secrets:
        raise ImproperlyConfigured("字段密钥中没有加密用的密钥，请从备份中恢复（见 docs/keys.md）。")
    by_id = {key_id: FieldKey(key_id, AESGCM(secret)) for key_id, secret in secrets.items()}
    return KeyRing(next(iter(by_id.values())), by_id, index)


def read_line(number, line):
    """The id and the bytes of one key; what is wrong is said without showing any of it."""
    key_id, *encoded = re.split(r"[\s:]+", line, maxsplit=1)
    if not KEY_ID.fullmatch(key_id) or not encoded:
        expected = "“编号 密钥”，编号为不超过 16 个小写字母或数字"
        raise ImproperlyConfigured(f"字段密钥第 {number} 行格式有误，应为{expected}（见 docs/keys.md）。")
    try:
        secret = base64.b64decode(encoded[0], validate=True)
    except binascii.Error:
        secret = b""
    if len(secret) != LENGTH:
        raise ImproperlyConfigured(f"字段密钥第 {number} 行（{key_id}）有误，应为 {LENGTH} 字节的 base64。")
    return key_id, secret
