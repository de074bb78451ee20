"""Build the index for visual search where the setting asks for it."""

from collections.abc import Sequence

import structlog
from sqlalchemy import Engine

from shared.db.connection.engine import transaction
from shared.db.connection.locks import Lock, connect_alone, try_lock
from shared.db.connection.pgvector import find_old_pgvector
from shared.db.models.models import find_live_model
from shared.db.search.likeness.code_index import (
    CodeIndex,
    create_code_index,
    drop_code_index,
    find_code_indexes,
    plan_code_index,
)

log = structlog.get_logger(__name__)


def index_codes(engine: Engine, *, is_wanted: bool) -> None:
    """Build an index of the live network's codes if it is due, and delete the others.

    An index is due where there are enough codes, and again when there are several times as many.
    Searches use the former one meanwhile.

    Raises:
        Unavailable: Postgres does not answer.
    """
    with try_lock(engine, Lock.CODE_INDEX) as is_mine:
        if not is_mine:
            return
        with transaction(engine) as connection:
            complete = find_code_indexes(connection)
            failed = find_code_indexes(connection, complete=False)
            problem = find_old_pgvector(connection) if is_wanted else None
            live = find_live_model(connection)
            wanted = plan_code_index(connection, live.backbone_id) if is_wanted and live else None
        if problem is not None:
            log.error("visual search has no index", reason=problem)
            return
        if wanted is None:
            kept = None
        else:
            kept = next((index for index in complete if index.suits(wanted)), wanted)
        _drop(engine, failed)
        if kept is not None and kept not in complete:
            _create(engine, kept)
        _drop(engine, [index for index in complete if index != kept])


def _create(engine: Engine, index: CodeIndex) -> None:
    log.info("building an index for visual search", lists=index.lists)
    with connect_alone(engine) as connection:
        create_code_index(connection, index)
    log.info("visual search has its index", lists=index.lists)


def _drop(engine: Engine, indexes: Sequence[CodeIndex]) -> None:
    for index in indexes:
        with connect_alone(engine) as connection:
            drop_code_index(connection, index)
        log.info("deleted an index for visual search", name=index.name)
