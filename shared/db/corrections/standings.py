"""Store what fine-tunes found out about contributors."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text


@dataclass(frozen=True)
class Standing:
    """How much a contributor's corrections count.

    trust: 0 to 1. agreement: share of the judged votes that others back; None if none was judged.
    set_aside: whether nothing is learned from them.
    """

    name: str
    trust: float
    agreement: float | None
    judged: int
    set_aside: bool

    @property
    def reason(self) -> str | None:
        """Why the contributor is set aside, for people."""
        if not self.set_aside:
            return None
        return (
            f"Of {self.judged} corrections that could be compared, "
            f"{self.agreement or 0:.0%} agree with what others say."
        )


def store_standings(connection: Connection, standings: Sequence[Standing]) -> list[str]:
    """Store standings and the time since when a contributor is set aside.

    Returns the names of contributors whose corrections now count more or less.
    """
    changed = connection.scalars(
        text("""
            WITH before AS (
                SELECT name, CASE WHEN set_aside_at IS NULL THEN trust ELSE 0 END AS weight
                FROM contributors
            )
            UPDATE contributors
            SET trust = found.trust, agreement = found.agreement, judged = found.judged,
                set_aside_at = CASE WHEN found.set_aside THEN coalesce(set_aside_at, now()) END,
                reason = found.reason
            FROM unnest(
                CAST(:names AS text[]), CAST(:trusts AS real[]), CAST(:agreements AS real[]),
                CAST(:judged AS integer[]), CAST(:set_aside AS boolean[]), CAST(:reasons AS text[])
            ) AS found(name, trust, agreement, judged, set_aside, reason)
            JOIN before ON before.name = found.name
            WHERE contributors.name = found.name
            RETURNING CASE
                WHEN weight <> CASE WHEN found.set_aside THEN 0 ELSE found.trust END
                THEN found.name
            END
        """),
        {
            "names": [standing.name for standing in standings],
            "trusts": [standing.trust for standing in standings],
            "agreements": [standing.agreement for standing in standings],
            "judged": [standing.judged for standing in standings],
            "set_aside": [standing.set_aside for standing in standings],
            "reasons": [standing.reason for standing in standings],
        },
    ).all()
    return [name for name in changed if name is not None]
