"""Members, rights and consents at a time: SPEC.md 3.7, 3 and 4. Times are seconds."""

from refused import need
from state import at, member, word

MOST_RIGHTS = 256


def id_of(number: int) -> bytes:
    return word(number)


def as_member(number: int) -> bytes:
    return number.to_bytes(18, "big").ljust(32, b"\0")


def is_active(state, who: bytes, t) -> bool:
    members = state["members"]
    if (members.trace(at(who, 4), t) or 0) != 1:
        return False
    return t >= (members.trace(at(who, 6), t) or 0)


def is_acting(state, entry, t) -> bool:
    if not is_active(state, member(entry["issuer"]), t):
        return False
    if "statement" not in entry:
        return True
    members, life = state["members"], at(word(int(entry["statement"]["key"], 16)), 8)
    if as_member(members.field(life, 0, 18)) != member(entry["issuer"]):
        return False
    is_live = members.field(life, 18, 6) <= t < members.field(life, 24, 6)
    return is_live and members.field(life, 30, 1) >> 2 & 1 == 1


class Right:
    def __init__(self, state, id_: bytes):
        self.state, self.id, self.slot = state, id_, at(id_, 2)

    def _field(self, slot, offset, length):
        return self.state["rights"].field(self.slot + slot, offset, length)

    kind = property(lambda self: self._field(0, 18, 1))
    depth = property(lambda self: self._field(0, 19, 1))
    start = property(lambda self: self._field(0, 20, 6))
    until = property(lambda self: self._field(0, 26, 6))
    revoked_at = property(lambda self: self._field(1, 24, 6))
    reach = property(lambda self: self._field(1, 30, 2))
    granter = property(lambda self: as_member(self._field(2, 0, 18)))
    granted_at = property(lambda self: self._field(2, 18, 6))
    accepted_at = property(lambda self: self._field(2, 24, 6))
    subject = property(lambda self: id_of(self.state["rights"].slot(self.slot + 3)))
    base = property(lambda self: id_of(self.state["rights"].slot(self.slot + 4)))
    consent = property(lambda self: id_of(self.state["rights"].slot(self.slot + 5)))
    first_holder = property(lambda self: as_member(self._field(0, 0, 18)))

    def holder(self, t):
        if self.kind == 0 or t < self.granted_at:
            return None
        traced = self.state["rights"].trace(at(self.id, 4), t)
        return self.first_holder if traced is None else as_member(traced & (1 << 144) - 1)

    def leans_on(self):
        if self.base != bytes(32):
            return [Right(self.state, self.base)]
        if self.reach <= 1:
            return []
        rights = self.state["rights"]
        length, first = rights.array(at(self.id, 3))
        need(1 <= length <= 16, "V_TRIE", "lineage")
        return [Right(self.state, id_of(rights.slot(first + place))) for place in range(length)]

    def counts(self, t) -> bool:
        """By itself, without what it leans on."""
        if self.revoked_at and self.revoked_at <= t:
            return False
        if not (0 < self.accepted_at <= t and self.start <= t < self.until) or is_frozen(self.state, self.id, t):
            return False
        if self.consent != bytes(32) and not consent_counts(self.state, self.consent, t):
            return False
        return self.base != bytes(32) or is_in_force(self.state, self.subject, t)

    def is_valid(self, t) -> bool:
        holder = self.holder(t)
        if holder is None or not is_active(self.state, holder, t):
            return False
        seen, open_ = {self.id}, [self]
        while open_:
            right = open_.pop(0)
            if not right.counts(t):
                return False
            for next_ in right.leans_on():
                if next_.id not in seen:
                    seen.add(next_.id)
                    open_.append(next_)
            need(len(seen) <= MOST_RIGHTS, "V_TRIE", "too many rights")
        return True


def is_frozen(state, id_: bytes, t) -> bool:
    return t < (state["emergency"].trace(at(id_, 6), t) or 0)


def consent_counts(state, id_: bytes, t) -> bool:
    consents, slot = state["consents"], at(id_, 2)
    person, mandate = id_of(consents.slot(slot)), id_of(consents.slot(slot + 7))
    given, withdrawn = consents.field(slot + 6, 0, 6), consents.field(slot + 6, 6, 6)
    if consents.field(slot + 5, 7, 1) != 1 or given > t:
        return False
    if not consents.field(slot + 2, 26, 6) <= t < consents.field(slot + 3, 0, 6):
        return False
    ends = [withdrawn]
    if mandate != bytes(32):
        ends.append(consents.field(at(mandate, 3) + 5, 6, 6))
        ends.append(consents.field(at(person, at(mandate, 4)), 0, 6))
    return all(end == 0 or t < end for end in ends)


def is_in_force(state, subject: bytes, t) -> bool:
    registry, slot = state["registry"], at(subject, 2)
    if not 0 < registry.field(slot, 22, 6) <= t:
        return False
    return registry.field(slot, 21, 1) == 2 or t < registry.field(slot + 1, 0, 6)
