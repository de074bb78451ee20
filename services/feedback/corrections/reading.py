"""From the words of a request to tags of the vocabulary, known or yet to be made."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from services.feedback.documents import VerdictsDocument
from shared.api.tag_names import slug_of
from shared.db.corrections.corrections import Verdict
from shared.errors import BadRequest, NotFound
from shared.model.live_vocabulary import LiveVocabulary
from shared.model.vocabulary_index import VocabularyIndex
from shared.storage.image_ids import parse_image_id
from shared.vocabulary import Vocabulary

VERDICTS: tuple[Verdict, ...] = ("add", "remove", "confirm", "undo")


@dataclass(frozen=True)
class Entry:
    """What somebody says of one image.

    verdicts: by slug. unknown: names of tags that the vocabulary lacks, by slug.
    """

    image_id: UUID
    verdicts: Mapping[str, Verdict]
    unknown: Mapping[str, str]

    def new(self) -> dict[str, str]:
        """Names, by slug, of the tags that adding them makes."""
        return {slug: name for slug, name in self.unknown.items() if self.verdicts[slug] == "add"}


def words_for(live: LiveVocabulary, verdicts: Iterable[VerdictsDocument]) -> VocabularyIndex:
    """The vocabulary, not older than any of these names.

    Raises:
        Unavailable: Postgres is away.
    """
    vocabulary = live.get().vocabulary
    names = {name for said in verdicts for verdict in VERDICTS for name in getattr(said, verdict)}
    # Another process may have made these tags a moment ago.
    return live.get(knowing={slug_of(name) for name in names if not _find(vocabulary, name)})


def read_entry(
    vocabulary: Vocabulary, image_id: str, said: VerdictsDocument, hidden: Collection[str]
) -> Entry:
    """What a request says of one image.

    hidden: slugs of tags that the caller does not know. Making one of these joins it, without a
    word on whether it was there.

    Raises:
        NotFound: this is no image's id.
        BadRequest: nothing is said, or two things of one tag.
    """
    verdicts: dict[str, Verdict] = {}
    unknown: dict[str, str] = {}
    for verdict in VERDICTS:
        for name in getattr(said, verdict):
            slug = _find(vocabulary, name)
            if slug is None or slug in hidden:
                slug = slug_of(name)
                unknown[slug] = name
            if slug in verdicts:
                raise BadRequest(
                    f"{slug!r} is in {verdicts[slug]!r} and again in {verdict!r}, perhaps under "
                    "another name; name each tag once."
                )
            verdicts[slug] = verdict
    if not verdicts:
        raise BadRequest("Nothing is said; name tags in add, remove, confirm or undo.")
    return Entry(parse_image_id(image_id), verdicts, unknown)


def refuse_unknown(entry: Entry, made: Iterable[str], custom_tags: bool) -> None:
    """Let an entry pass whose tags all are there or will be.

    made: slugs of the tags that the request makes.

    Raises:
        NotFound: it speaks of a tag that nobody has made, or makes one where that is turned off.
    """
    missing = entry.unknown.keys() - made
    if missing and not custom_tags:
        raise NotFound(
            f"There is no tag {_some(missing)}, and this server takes no new ones "
            "(TAGLOOP_CUSTOM_TAGS); GET /v1/tags?q= finds tags by their beginning."
        )
    if missing:
        raise NotFound(
            f"There is no tag {_some(missing)}; GET /v1/tags?q= finds tags by their beginning, "
            "and adding a tag to an image makes it."
        )


def _find(vocabulary: Vocabulary, name: str) -> str | None:
    """The slug of the tag that a name means, or None."""
    tag = vocabulary.resolve(name) or vocabulary.resolve(slug_of(name))
    return tag.slug if tag else None


def _some(slugs: Iterable[str]) -> str:
    return repr(min(slugs))
