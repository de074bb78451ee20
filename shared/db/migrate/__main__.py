"""`python -m shared.db.migrate`: migrate the configured database."""

import sys

from shared.config import load_settings
from shared.db.connection.engine import connect_engine
from shared.db.migrate.run import migrate
from shared.errors import TagloopError


def main() -> int:
    """Migrate the configured database; print one sentence if that is impossible."""
    try:
        migrate(connect_engine(load_settings().database_url, pool_size=1))
    except TagloopError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
