"""Queries about tags that were made from their names alone, by networks with text."""

from collections.abc import Sequence

from sqlalchemy import Connection, text


def find_unembedded_names(connection: Connection, backbone_id: int) -> Sequence[str]:
    """Return the names of such tags that a network has not embedded, or not lately."""
    query = text("""
        SELECT name FROM tags WHERE from_name AND NOT EXISTS (
            SELECT FROM text_embeddings
            WHERE backbone_id = :backbone_id AND words = tags.name AND as_name
        )
        ORDER BY id
    """)
    return connection.scalars(query, {"backbone_id": backbone_id}).all()


def find_name_embeddings(connection: Connection, backbone_id: int) -> dict[int, bytes]:
    """Return a network's embeddings of the names of such tags, float32, by the tags' ids."""
    query = text("""
        SELECT tags.id, embedding FROM tags
        JOIN text_embeddings ON words = name AND as_name AND backbone_id = :backbone_id
        WHERE from_name ORDER BY tags.id
    """)
    return {
        row.id: row.embedding for row in connection.execute(query, {"backbone_id": backbone_id})
    }


def list_tags_from_names(connection: Connection) -> Sequence[int]:
    """Return the ids of all such tags."""
    return connection.scalars(text("SELECT id FROM tags WHERE from_name ORDER BY id")).all()
