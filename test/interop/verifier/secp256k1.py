"""Addresses recovered from secp256k1 signatures: SEC 1, 4.1.6, and Ethereum's rule of the lower half."""

from functools import lru_cache

from keccak import keccak256

P = 2**256 - 2**32 - 977
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
G = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
)


def _double(p):
    x, y, z = p
    if y == 0 or z == 0:
        return (0, 1, 0)
    s = 4 * x * y * y % P
    m = 3 * x * x % P
    u = (m * m - 2 * s) % P
    return (u, (m * (s - u) - 8 * y**4) % P, 2 * y * z % P)


def _add(p, q):
    if p[2] == 0:
        return q
    if q[2] == 0:
        return p
    z1, z2 = p[2] * p[2] % P, q[2] * q[2] % P
    u1, u2 = p[0] * z2 % P, q[0] * z1 % P
    s1, s2 = p[1] * q[2] * z2 % P, q[1] * p[2] * z1 % P
    if u1 == u2:
        return _double(p) if s1 == s2 else (0, 1, 0)
    h, r = u2 - u1, s2 - s1
    h2 = h * h % P
    h3, v = h * h2 % P, u1 * h2 % P
    x = (r * r - h3 - 2 * v) % P
    return (x, (r * (v - x) - s1 * h3) % P, h * p[2] * q[2] % P)


def _two(a, p, b, q):
    """a * p + b * q, both read bit by bit from the top."""
    both, sum_ = _add(p, q), (0, 1, 0)
    for bit in range(255, -1, -1):
        sum_ = _double(sum_)
        if a >> bit & 1:
            sum_ = _add(sum_, both if b >> bit & 1 else p)
        elif b >> bit & 1:
            sum_ = _add(sum_, q)
    return sum_


@lru_cache(maxsize=200_000)
def recover(digest: bytes, r: int, s: int, v: int):
    """The address, 20 bytes; None where there is none. `v` is 0 or 1."""
    if not (0 < r < N and 0 < s <= N // 2 and v in (0, 1)):
        return None
    square = (r**3 + 7) % P
    y = pow(square, (P + 1) // 4, P)
    if y * y % P != square:
        return None
    if y % 2 != v:
        y = P - y
    inverse = pow(r, -1, N)
    x, y, z = _two(-int.from_bytes(digest, "big") * inverse % N, (*G, 1), s * inverse % N, (r, y, 1))
    if z == 0:
        return None
    i = pow(z, -1, P)
    x, y = x * i * i % P, y * i**3 % P
    return keccak256(x.to_bytes(32, "big") + y.to_bytes(32, "big"))[12:]
