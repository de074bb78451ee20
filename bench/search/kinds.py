"""The kinds of search that are measured, with tags of the measured database."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

# Every hundredth page is enough to know how common a tag is.
COMMON_TAGS = text("""
    SELECT tags.name FROM image_tags TABLESAMPLE SYSTEM (1)
    JOIN tags ON tags.id = image_tags.tag_id
    GROUP BY tags.id ORDER BY count(*) DESC, tags.id
""")
RARE_TAGS = text("""
    SELECT tags.name FROM tags JOIN LATERAL (
        SELECT count(*) AS images FROM (
            SELECT FROM image_tags WHERE tag_id = tags.id LIMIT 2000
        ) AS rows
    ) AS counted ON counted.images BETWEEN 100 AND 1999
    WHERE tags.owner IS NULL ORDER BY counted.images, tags.id LIMIT 4
""")
MIDDLING_PLACE = 40


@dataclass(frozen=True)
class Kind:
    """A kind of search. q: one search of this kind for each sample, in turn."""

    name: str
    searches: tuple[str, ...]
    order: str = "date"
    # How many pages are turned before the measured one.
    page: int = 1


def kinds(connection: Connection) -> list[Kind]:
    """Return the kinds to measure, with frequent, middling and rare tags."""
    by_frequency = [f'"{name}"' for name in connection.scalars(COMMON_TAGS)]
    rare = [f'"{name}"' for name in connection.scalars(RARE_TAGS)]
    frequent = by_frequency[:4]
    middling = by_frequency[MIDDLING_PLACE : MIDDLING_PLACE + 4]
    pairs = list(zip(frequent, middling, strict=True))

    def each(pattern: str) -> tuple[str, ...]:
        return tuple(pattern.format(f=f, m=m, r=r) for (f, m), r in zip(pairs, rare, strict=False))

    return [
        Kind("everything", ("",)),
        Kind("frequent tag", each("{f}")),
        Kind("middling tag", each("{m}")),
        Kind("rare tag", each("{r}")),
        Kind("two tags", each("{f} {m}")),
        Kind("two that exclude each other", each("{m} {r}")),
        Kind("either of two", each("({m}|{r})")),
        Kind("tag without another", each("{f} -{m}")),
        Kind("without a tag", each("-{f}")),
        Kind("large owner", ("owner:owner0",)),
        Kind("tag of a large owner", each("{m} owner:owner0")),
        Kind("tag of a small owner", each("{m} owner:owner49")),
        Kind("tag without an owner", each("{m} -owner:owner0")),
        Kind("tag before a date", each("{m} before:2026")),
        Kind("tag of a month", each("{m} after:2026-02 before:2026-03")),
        Kind("tag of failed", each("{f} status:failed")),
        Kind("failed", ("status:failed",)),
        Kind("source:people", ("source:people",)),
        Kind("source:model", ("source:model",)),
        Kind("tag by people", each("{f} source:people")),
        Kind("tag by the model", each("{m} source:model")),
        Kind("confidence>0.8", ("confidence>0.8",)),
        Kind("confidence>0.99", ("confidence>0.99",)),
        Kind("confidence<0.05", ("confidence<0.05",)),
        Kind("tag confidence>0.5", each("{f} confidence>0.5")),
        Kind("tag confidence>0.95", each("{m} confidence>0.95")),
        Kind("people, sure, of an owner", ("source:people confidence>0.8 owner:owner1",)),
        Kind("surest of a frequent tag", each("{f}"), "confidence"),
        Kind("surest of a rare tag", each("{r}"), "confidence"),
        Kind("surest of two tags", each("{m} {f}"), "confidence"),
        Kind("surest of either", each("({m}|{r})"), "confidence"),
        Kind("surest of a small owner", each("{f} owner:owner49"), "confidence"),
        Kind("page 40 of a frequent tag", each("{f}"), page=40),
        Kind("page 10 of two tags", each("{f} {m}"), page=10),
        Kind("page 10 of the surest", each("{f}"), "confidence", page=10),
    ]
