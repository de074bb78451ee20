"""Vocabularies of networks that are not ImageNet's, as rows that never change."""

import gzip
import hashlib

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from shared.db.schema import backbones, models, vocabularies
from shared.model.vocabulary import Vocabulary, load_imagenet
from shared.model.vocabulary.stored import read_vocabulary, write_vocabulary

# Parsing a vocabulary takes a second. A process needs the live network's, and the next one's during
# a switch.
KEPT = 2
_parsed: dict[str, Vocabulary] = {}


def store_vocabulary(connection: Connection, vocabulary: Vocabulary) -> str:
    """Store a vocabulary, unless it is there; return its digest."""
    content = write_vocabulary(vocabulary.tags).encode()
    digest = hashlib.sha256(content).hexdigest()
    row = {"digest": digest, "content": gzip.compress(content, mtime=0)}
    connection.execute(insert(vocabularies).values(row).on_conflict_do_nothing())
    return digest


def find_live_backbone(connection: Connection) -> int | None:
    """Return the id of the live version's network; None before the first worker has run."""
    return connection.scalar(select(models.c.backbone_id).where(models.c.status == "live"))


def read_vocabulary_of(connection: Connection, backbone_id: int | None) -> Vocabulary:
    """Return a network's vocabulary; ImageNet's if it has none of its own, or for None."""
    digest = connection.scalar(select(backbones.c.vocabulary).where(backbones.c.id == backbone_id))
    if digest is None:
        return load_imagenet()
    found = _parsed.get(digest)
    if found is None:
        query = select(vocabularies.c.content).where(vocabularies.c.digest == digest)
        content = connection.execute(query).scalar_one()
        found = read_vocabulary(gzip.decompress(content).decode())
        for old in list(_parsed)[: len(_parsed) + 1 - KEPT]:
            _parsed.pop(old, None)
        _parsed[digest] = found
    return found
