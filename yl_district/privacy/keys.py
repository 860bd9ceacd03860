"""The keys of encryption at rest: rotating column keys, and the fixed key `index`.

`settings.FIELD_KEYS` has one key per line (or between commas): its id and 32 bytes in base64. The first is the current
key, which encrypts; the others only decrypt older values. The key `index` is the source of derived keys (blind
indexes, the access log's digests): rotating it would invalidate everything computed with them.
"""

import base64
import binascii
import hashlib
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
# What goes before a key's id in the name of the fact by which a database states it.
KEY_FACT = "key:"
KEY_ID = re.compile(r"[a-z0-9]{1,16}")


class FieldKey(NamedTuple):
    """A column key's id, its cipher, and its fingerprint, which tells nothing of the key."""

    id: str
    cipher: AESGCM
    fingerprint: str


class KeyRing(NamedTuple):
    """All keys of this installation."""

    current: FieldKey
    by_id: dict
    index: bytes

    @property
    def index_fingerprint(self):
        """The fingerprint of the key `index`."""
        return fingerprint_of(self.index)


def key_ring():
    """The KeyRing of the settings, parsed once."""
    return read_keys(settings.FIELD_KEYS)


def current_key():
    """The FieldKey that encrypts new values."""
    return key_ring().current


def field_key(key_id):
    """The FieldKey with this id; None where this installation does not have it."""
    return key_ring().by_id.get(key_id)


def derived_key(purpose):
    """A key of 32 bytes for one purpose, constant as long as the key `index` is (HKDF-SHA256)."""
    return derive(key_ring().index, purpose)


@lru_cache
def derive(secret, purpose):
    """32 bytes that reveal nothing about the secret or the keys of other purposes."""
    return HKDF(SHA256(), LENGTH, salt=None, info=purpose.encode()).derive(secret)


INNER, OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))


class Mac:
    """HMAC-SHA256 under a key (RFC 2104), whose part that is the same for all texts is worked out once."""

    def __init__(self, key: bytes):
        block = key.ljust(hashlib.sha256().block_size, b"\0")
        self.inner, self.outer = hashlib.sha256(block.translate(INNER)), hashlib.sha256(block.translate(OUTER))

    def hexdigest(self, text: bytes) -> str:
        """The MAC of a text."""
        inner, outer = self.inner.copy(), self.outer.copy()
        inner.update(text)
        outer.update(inner.digest())
        return outer.hexdigest()


def derived_mac(purpose):
    """The Mac under the derived key for a purpose."""
    return mac_under(derived_key(purpose))


@lru_cache
def mac_under(key):
    """The Mac under a key of at most 64 bytes."""
    return Mac(key)


@lru_cache
def read_keys(text):
    """The KeyRing in the text of a key file or variable; raises ImproperlyConfigured where it is malformed."""
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
    by_id = {key_id: FieldKey(key_id, AESGCM(secret), fingerprint_of(secret)) for key_id, secret in secrets.items()}
    return KeyRing(next(iter(by_id.values())), by_id, index)


def fingerprint_of(secret):
    """By which a key is known again, without telling anything of it."""
    return derive(secret, "fingerprint").hex()


def read_line(number, line):
    """(id, bytes) of one key; raises ImproperlyConfigured, never quoting the secret, where the line is malformed."""
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
