"""A storage that refuses to delete for a while, like a read-only one."""

from collections.abc import Sequence

from shared.errors import StorageUnavailable
from shared.storage.storage import Storage


class RefusingStorage(Storage):
    """Stores and reads; deletes only if `refuses` is false."""

    refuses = True

    def delete(self, keys: Sequence[str]) -> None:
        """Refuse, or delete."""
        if self.refuses and keys:
            raise StorageUnavailable("The storage cannot delete: it is read-only.")
        super().delete(keys)
