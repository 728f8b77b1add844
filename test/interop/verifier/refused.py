"""How a check ends that did not pass."""


class Fail(Exception):
    """A contradiction, with its code."""

    def __init__(self, code, why=""):
        super().__init__(f"{code} {why}")
        self.code = code


class Unknown(Exception):
    """Something that the check needs is not here."""


def need(holds, code, why=""):
    if not holds:
        raise Fail(code, why)
