"""Queries about proposals: hashtags that could become tags, and hashtags that mean the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import (
    Connection,
    RowMapping,
    and_,
    bindparam,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.db.schema import hashtag_proposals as proposals
from shared.db.tags.custom.making import insert_custom_tags
from shared.db.tags.known_tag import KnownTag

Kind = Literal["tag", "synonym"]
Status = Literal["proposed", "accepted", "refused"]


@dataclass(frozen=True)
class Proposal:
    """A hashtag that could become a tag, or that means the same as another word.

    word: the same for all spellings; name: for people. means: of a synonym, the word that it
    means. is_certain: whether it is accepted without a person.
    """

    kind: Kind
    word: str
    name: str
    means: str = ""
    means_name: str = ""
    is_certain: bool = False
    figures: Mapping[str, Any] = field(default_factory=dict)


def store_proposals(connection: Connection, found: Sequence[Proposal]) -> None:
    """Replace what is proposed by what a run has found; decisions stay.

    A merge that no person confirmed ends with its evidence.
    """
    connection.execute(
        text("""
            DELETE FROM hashtag_proposals
            WHERE status = 'proposed' OR (kind = 'synonym' AND automatic AND status = 'accepted')
        """)
    )
    insert = text("""
        INSERT INTO hashtag_proposals
            (kind, word, name, means, means_name, status, automatic, figures, decided_at)
        VALUES (:kind, :word, :name, :means, :means_name, :status, :automatic, :figures,
                CASE WHEN :automatic THEN now() END)
        ON CONFLICT (kind, word, means) DO UPDATE SET figures = excluded.figures
    """).bindparams(bindparam("figures", type_=JSONB))
    for one in found:
        values = {name: getattr(one, name) for name in ("kind", "word", "name", "means")}
        values |= {
            "means_name": one.means_name,
            "figures": dict(one.figures),
            "automatic": one.is_certain,
            "status": "accepted" if one.is_certain else "proposed",
        }
        connection.execute(insert, values)


def find_merged(connection: Connection) -> dict[str, str]:
    """Return the word that each accepted synonym means."""
    query = select(proposals.c.word, proposals.c.means).where(
        proposals.c.kind == "synonym", proposals.c.status == "accepted"
    )
    return {row.word: row.means for row in connection.execute(query)}


def find_unwanted_words(connection: Connection) -> set[str]:
    """Return the words that people refused as tags, or whose tag they deleted."""
    is_deleted = and_(proposals.c.status == "accepted", proposals.c.tag_id.is_(None))
    query = select(proposals.c.word).where(
        proposals.c.kind == "tag", or_(proposals.c.status == "refused", is_deleted)
    )
    return set(connection.scalars(query))


def list_proposals(
    connection: Connection, status: Status | None, *, before: int | None, limit: int
) -> Sequence[RowMapping]:
    """Return proposals, the newest first, from `before` backwards."""
    query = select(proposals).order_by(proposals.c.id.desc()).limit(limit)
    if status is not None:
        query = query.where(proposals.c.status == status)
    if before is not None:
        query = query.where(proposals.c.id < before)
    return connection.execute(query).mappings().all()


def lock_proposal(connection: Connection, proposal_id: int) -> RowMapping | None:
    """Lock a proposal until the transaction ends, and return it."""
    query = select(proposals).where(proposals.c.id == proposal_id).with_for_update()
    return connection.execute(query).mappings().first()


def decide(
    connection: Connection,
    proposal_id: int,
    status: Status,
    *,
    tag_id: int | None = None,
    key_id: int | None = None,
) -> RowMapping:
    """Accept or refuse a proposal; return its row."""
    statement = (
        update(proposals)
        .where(proposals.c.id == proposal_id)
        .values(
            status=status,
            tag_id=tag_id,
            decided_by=key_id,
            automatic=False,
            decided_at=func.now(),
        )
        .returning(*proposals.c)
    )
    return connection.execute(statement).mappings().one()


def accept_automatically(connection: Connection, word: str, tag_id: int) -> None:
    """Accept the proposal of a tag without a person, unless one has decided about it."""
    connection.execute(
        update(proposals)
        .where(
            proposals.c.kind == "tag",
            proposals.c.word == word,
            proposals.c.status == "proposed",
        )
        .values(status="accepted", automatic=True, tag_id=tag_id, decided_at=func.now())
    )


def make_tag(connection: Connection, slug: str, name: str, key_id: int | None = None) -> KnownTag:
    """Return the shared tag of an accepted hashtag, made if there is none."""
    new = KnownTag(0, slug, name, "custom", None)
    return insert_custom_tags(connection, [new], key_id)[slug]
