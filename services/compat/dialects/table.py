"""The dialects. A new one needs a module and a line here."""

from services.compat.dialect import Dialect
from services.compat.dialects.rekognition.dialect import REKOGNITION

DIALECTS: tuple[Dialect, ...] = (REKOGNITION,)
