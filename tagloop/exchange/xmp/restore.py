"""`tagloop xmp restore`: take Tagloop's words out of the XMP of pictures again."""

from collections.abc import Sequence
from pathlib import Path

from tagloop.bulk.walk import find_pictures
from tagloop.exchange.xmp.files import XmpFile, XmpFiles
from tagloop.exchange.xmp.packets.editing import is_empty, without_words
from tagloop.exchange.xmp.packets.packet import UnusableXmp
from tagloop.exchange.xmp.packets.reading import memory_of
from tagloop.exchange.xmp.report import XmpReport

RESTORED, PLANNED = "restored", "would be restored"


def restore(folders: Sequence[str], report: XmpReport, files: XmpFiles) -> bool:
    """Restore all pictures' XMP in the folders; return whether there was no problem."""
    for picture in find_pictures(folders, report.skip):
        for file in files.of(Path(picture)):
            try:
                _restore(file, report)
            except UnusableXmp as error:
                report.problem(file.path, str(error))
    return report.summarise(RESTORED, PLANNED)


def _restore(file: XmpFile, report: XmpReport) -> None:
    memory = memory_of(file.packet)
    if memory is None:
        return
    restored = without_words(file.packet)
    report.change(file.path, [], [word.name for word in memory.words])
    if report.is_dry_run:
        report.count(PLANNED)
        return
    # A file that only Tagloop wrote is deleted.
    file.replace(None if is_empty(restored) else restored)
    report.count(RESTORED)
