"""The dialects. A new one needs a module and a line here."""

from services.compat.dialect import Dialect
from services.compat.dialects.azure.dialect import AZURE
from services.compat.dialects.google.dialect import GOOGLE
from services.compat.dialects.imagga import IMAGGA
from services.compat.dialects.photoprism import PHOTOPRISM
from services.compat.dialects.rekognition.dialect import REKOGNITION

DIALECTS: tuple[Dialect, ...] = (AZURE, GOOGLE, IMAGGA, PHOTOPRISM, REKOGNITION)
