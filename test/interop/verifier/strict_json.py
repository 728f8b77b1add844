"""Strict JSON (formats.md section 1) and its canonical form (RFC 8785)."""

import json
from decimal import Decimal, InvalidOperation

FORBIDDEN = {"__proto__", "constructor", "prototype", "toJSON", "then"}


class NotJson(ValueError):
    pass


def canonical_number(value) -> str:
    """Number::toString of ECMA-262."""
    if isinstance(value, int) and abs(value) < 10**21:
        return str(value)
    if value == 0:
        return "0"
    sign, digits, exponent = Decimal(repr(float(value))).as_tuple()
    point = len(digits) + exponent
    digits = "".join(map(str, digits)).rstrip("0")
    minus = "-" if sign else ""
    count = len(digits)
    if count <= point <= 21:
        return minus + digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{minus}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{minus}0.{'0' * -point}{digits}"
    power = f"e{'+' if point > 0 else '-'}{abs(point - 1)}"
    return minus + digits[0] + ("." + digits[1:] if count > 1 else "") + power


def _number(text):
    try:
        exact, value = Decimal(text), float(text)
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise NotJson(text) from error
    if value in (float("inf"), float("-inf")) or (value == 0 and text.startswith("-")):
        raise NotJson(text)
    whole = int(value) if value.is_integer() else value
    if Decimal(canonical_number(whole)) != exact:
        raise NotJson(text)
    return whole


def _constant(text):
    raise NotJson(text)


class _Reader:
    def __init__(self):
        self.members = 0

    def object(self, pairs):
        self.members += len(pairs)
        made = dict(pairs)
        if len(made) != len(pairs) or self.members > 10_000 or FORBIDDEN & made.keys():
            raise NotJson("members")
        return made


def _check(value, depth) -> int:
    """How many elements its arrays have."""
    if not isinstance(value, (dict, list)):
        return 0
    if depth == 64:
        raise NotJson("depth")
    own = len(value) if isinstance(value, list) else 0
    return own + sum(_check(item, depth + 1) for item in (value.values() if isinstance(value, dict) else value))


def parse(data: bytes):
    try:
        text = data.decode("utf-8")
        value = json.loads(
            text,
            object_pairs_hook=_Reader().object,
            parse_int=_number,
            parse_float=_number,
            parse_constant=_constant,
        )
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode("utf-8")  # refuses a lone surrogate
        if _check(value, 0) > 1_000_000:
            raise NotJson("elements")
        return value
    except (UnicodeError, json.JSONDecodeError, RecursionError) as error:
        raise NotJson(str(error)) from error


def canonical(value) -> str:
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(name)}:{canonical(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return canonical_number(value)
    return json.dumps(value, ensure_ascii=False)
