"""Keccak-256 as Ethereum has it (padding 0x01), of FIPS 202's permutation."""

from functools import lru_cache

MASK = (1 << 64) - 1
RATE = 136


def _round_constants():
    constants, lfsr = [], 1
    for _ in range(24):
        constant = 0
        for j in range(7):
            if lfsr & 1:
                constant |= 1 << ((1 << j) - 1)
            lfsr = (lfsr << 1) ^ (0x171 if lfsr & 0x80 else 0)
        constants.append(constant)
    return constants


def _moves():
    """Where each lane goes in rho and pi, and by how much it is turned: FIPS 202, 3.2.2 and 3.2.3."""
    moves, x, y = [(0, 0, 0)], 1, 0
    for t in range(24):
        to = y + 5 * ((2 * x + 3 * y) % 5)
        moves.append((x + 5 * y, to, (t + 1) * (t + 2) // 2 % 64))
        x, y = y, (2 * x + 3 * y) % 5
    return moves


ROUND_CONSTANTS = _round_constants()
MOVES = _moves()


def _permute(a):
    for constant in ROUND_CONSTANTS:
        c = [a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20] for x in range(5)]
        d = [c[x - 1] ^ ((c[(x + 1) % 5] << 1 | c[(x + 1) % 5] >> 63) & MASK) for x in range(5)]
        b = [0] * 25
        for source, to, turn in MOVES:
            lane = a[source] ^ d[source % 5]
            b[to] = (lane << turn | lane >> (64 - turn)) & MASK
        a = [b[i] ^ (~b[i - i % 5 + (i + 1) % 5] & b[i - i % 5 + (i + 2) % 5]) for i in range(25)]
        a[0] ^= constant
    return a


@lru_cache(maxsize=200_000)
def keccak256(message: bytes) -> bytes:
    padded = bytearray(message) + b"\x01" + bytes(-(len(message) + 1) % RATE)
    padded[-1] |= 0x80
    state = [0] * 25
    for start in range(0, len(padded), RATE):
        for lane in range(RATE // 8):
            state[lane] ^= int.from_bytes(padded[start + 8 * lane : start + 8 * lane + 8], "little")
        state = _permute(state)
    return b"".join(lane.to_bytes(8, "little") for lane in state[:4])
