"""Storage of the contracts in the state at the anchor's block: SPEC.md 3.7, 1; formats.md section 11."""

from blocks import read_account
from keccak import keccak256
from records import unhex
from refused import Fail, Unknown, need
from trie import Malformed, decode_rlp, number, walk_set


def word(value) -> bytes:
    """As the ABI pads it: a number to the left, `bytes18` to the right."""
    return value.to_bytes(32, "big") if isinstance(value, int) else value.ljust(32, b"\0")


def member(uscc: str) -> bytes:
    return uscc.encode().ljust(32, b"\0")


def at(key: bytes, slot: int) -> int:
    return int.from_bytes(keccak256(key + word(slot)), "big")


def part(stored: int, offset: int, length: int) -> int:
    return stored >> 8 * offset & (1 << 8 * length) - 1


class Storage:
    def __init__(self, name, bundle, policy, header):
        contract, shown = policy["contracts"].get(name), bundle["law"].get(name)
        if contract is None or shown is None:
            raise Unknown(name)
        try:
            root, code = read_account(header.state_root, unhex(contract["address"]), shown["account"])
        except Malformed as error:
            raise Fail("V_TRIE", str(error)) from error
        need(code == unhex(contract["codeHash"]), "V_EMITTER")
        self.root = root
        self.nodes = {keccak256(node): node for node in map(unhex, shown["storage"])}

    def slot(self, slot: int) -> int:
        try:
            value = walk_set(self.root, keccak256(word(slot % 2**256)), self.nodes)
            if value is None:
                return 0
            stored = number(decode_rlp(value))
            if stored == 0:
                raise Malformed("zero is not stored")
            return stored
        except Malformed as error:
            raise Fail("V_TRIE", str(error)) from error

    def words(self, slots):
        """The words of several slots that are read together; one that is missing makes all unknown."""
        found, missing = [], None
        for slot in slots:
            try:
                found.append(self.slot(slot))
            except Unknown as error:
                missing = error
        if missing is not None:
            raise missing
        return found

    def field(self, slot: int, offset: int, length: int) -> int:
        return part(self.slot(slot), offset, length)

    def struct(self, slot: int, places):
        """A struct is read as a whole; the reader gives (place, offset, length) of a field its value."""
        found = dict(zip(places, self.words([slot + place for place in places])))
        return lambda place, offset=0, length=32: part(found[place], offset, length)

    def array(self, slot: int):
        """Its length, and the slot of its first item."""
        return self.slot(slot), int.from_bytes(keccak256(word(slot)), "big")

    def trace(self, slot: int, t: int):
        """The value at `t`; None if the trace is empty."""
        length, first = self.array(slot)
        if length == 0:
            return None
        need(length <= 2**32, "V_TRIE", "trace")
        for end in range(length, 0, -8):
            for found in self.words([first + place for place in range(end - 1, max(0, end - 8) - 1, -1)]):
                if part(found, 0, 6) <= t:
                    return part(found, 6, 26)
        return 0


class State:
    """The contracts, each opened when a rule first needs it."""

    def __init__(self, bundle, policy, header):
        self._of = (bundle, policy, header)
        self._opened = {}

    def __getitem__(self, name) -> Storage:
        if name not in self._opened:
            self._opened[name] = Storage(name, *self._of)
        return self._opened[name]
