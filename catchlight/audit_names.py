"""Whose the references of the audit log are: a name that is not the one a reference was made of, or that is gone, is found."""

from catchlight.audit import Act, AuditLine, AuditName, Seal
from catchlight.transaction import Transaction

_WORDS = "words "  # in the line of a purge that forgot whose words went


class Named:
    """The references for which there has to be a name: all but those of people who were forgotten since."""

    def __init__(self) -> None:
        """Begin with none."""
        self._needed: dict[str, int] = {}
        self._tells_whom = False

    def hear(self, number: int, line: AuditLine) -> None:
        """Take in the next line.

        Versions before the first that told whom it forgot may have forgotten anybody, until their last erasure.
        """
        if line.act == Act.FORGOTTEN:
            self._tells_whom = True
            self._needed.pop(line.person, None)
            return
        if _forgot(line) and not self._tells_whom:
            self._needed.clear()
        self._needed.update(dict.fromkeys(filter(None, (line.by, line.person)), number))

    def wrong(self, store: Transaction, seal: Seal) -> list[str]:
        """Return which names are not those that the references were made of, and which are gone."""
        names = {one.reference: one.name for one in store.rows(AuditName)}
        other = [ref for ref, name in names.items() if seal.reference(name) != ref]
        gone = [(ref, line) for ref, line in self._needed.items() if ref not in names]
        return [
            *(
                f"#{ref} was given another name (auditnames): its lines are shown as somebody else's"
                for ref in other
            ),
            *(
                f"#{ref} has no name any more (auditnames), and nobody erased it; last in line {line}"
                for ref, line in gone
            ),
        ]


def _forgot(line: AuditLine) -> bool:
    return line.act == Act.ERASE or (line.act == Act.PURGE and _WORDS in line.detail)
