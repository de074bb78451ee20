"""Parts that all tables share."""

from sqlalchemy import Column, DateTime, MetaData, func

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_name)s_key",
        "ix": "%(table_name)s_%(column_0_name)s_idx",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

now = func.now()


def timestamp(name: str, **options: object) -> Column:
    """Return a column for a point in time."""
    return Column(name, DateTime(timezone=True), **options)  # type: ignore[arg-type]
