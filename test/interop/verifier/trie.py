"""RLP in its shortest form, and ways through a Merkle Patricia trie (Ethereum's yellow paper, appendices B and D)."""

from functools import lru_cache

from keccak import keccak256
from refused import Unknown


class Malformed(ValueError):
    pass


def _item(data, at, end, depth):
    if at >= end:
        raise Malformed("no item")
    first = data[at]
    if first < 0x80:
        return data[at : at + 1], at + 1
    is_list, short = first >= 0xC0, first - (0xC0 if first >= 0xC0 else 0x80)
    start = at + 1
    if short <= 55:
        length = short
    else:
        start += short - 55
        size = data[at + 1 : start]
        if start > end or size[0] == 0:
            raise Malformed("length")
        length = int.from_bytes(size, "big")
        if length <= 55:
            raise Malformed("long form of a short item")
    stop = start + length
    if stop > end:
        raise Malformed("too short")
    if not is_list:
        if length == 1 and data[start] < 0x80:
            raise Malformed("long form of a byte")
        return data[start:stop], stop
    if depth == 6:
        raise Malformed("too deep")
    items = []
    while start < stop:
        item, start = _item(data, start, stop, depth + 1)
        items.append(item)
    return items, stop


@lru_cache(maxsize=100_000)
def decode_rlp(data: bytes):
    item, end = _item(data, 0, len(data), 0)
    if end != len(data):
        raise Malformed("bytes behind it")
    return item


def _length(size, base):
    if size <= 55:
        return bytes([base + size])
    number = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([base + 55 + len(number)]) + number


def encode_rlp(item) -> bytes:
    if isinstance(item, list):
        body = b"".join(map(encode_rlp, item))
        return _length(len(body), 0xC0) + body
    if len(item) == 1 and item[0] < 0x80:
        return item
    return _length(len(item), 0x80) + item


def number(item, most_bytes=32) -> int:
    if not isinstance(item, bytes) or len(item) > most_bytes or item[:1] == b"\0":
        raise Malformed("number")
    return int.from_bytes(item, "big")


def fixed(item, length) -> bytes:
    if not isinstance(item, bytes) or len(item) != length:
        raise Malformed("length")
    return item


def _nibbles(data):
    return [nibble for byte in data for nibble in (byte >> 4, byte & 15)]


def _path(item):
    """Nibbles of a compact path, and whether it is a leaf's."""
    if not isinstance(item, bytes) or not item:
        raise Malformed("path")
    flags, *rest = _nibbles(item)
    if flags > 3 or (flags % 2 == 0 and rest.pop(0) != 0):
        raise Malformed("path")
    return rest, flags >= 2


EMPTY_ROOT = keccak256(b"\x80")


def walk(root: bytes, key: bytes, fetch):
    """The value at `key`, None where there is provably none. `fetch` gives a node's bytes by its hash."""
    if root == EMPTY_ROOT:
        return None
    left, node = _nibbles(key), decode_rlp(fetch(root))
    while True:
        if not isinstance(node, list) or len(node) not in (2, 17):
            raise Malformed("node")
        if len(node) == 17:
            if not left:
                if not isinstance(node[16], bytes):
                    raise Malformed("value")
                return node[16] or None
            child, left = node[left[0]], left[1:]
        else:
            path, is_leaf = _path(node[0])
            if is_leaf:
                if not isinstance(node[1], bytes) or node[1] == b"":
                    raise Malformed("value")
                return node[1] if path == left else None
            if not path:
                raise Malformed("extension of nothing")
            if left[: len(path)] != path:
                return None
            child, left = node[1], left[len(path) :]
            if child == b"":
                raise Malformed("extension to nothing")
        if child == b"":
            return None
        if isinstance(child, list):
            if len(encode_rlp(child)) >= 32:
                raise Malformed("embedded node")
            node = child
        else:
            node = decode_rlp(fetch(fixed(child, 32)))


def walk_proof(root: bytes, key: bytes, nodes):
    """As `walk`, along nodes in their order, root first, all of them used."""
    left = list(nodes)

    def fetch(digest):
        if not left or keccak256(left[0]) != digest:
            raise Malformed("not the node")
        return left.pop(0)

    value = walk(root, key, fetch)
    if left:
        raise Malformed("nodes left over")
    return value


def walk_set(root: bytes, key: bytes, nodes: dict):
    """As `walk`, among nodes by their hash; a node that is missing is unknown."""

    def fetch(digest):
        if digest not in nodes:
            raise Unknown("a node of the state is not here")
        return nodes[digest]

    return walk(root, key, fetch)
