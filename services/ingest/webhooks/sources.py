"""Who sends webhooks: `POST /v1/webhooks/{source}`. A new sender is a module and a line here."""

from services.ingest.webhooks.cloudinary import read_cloudinary
from services.ingest.webhooks.events import Read
from services.ingest.webhooks.filestack import read_filestack
from services.ingest.webhooks.s3 import read_s3
from services.ingest.webhooks.standard import read_standard
from services.ingest.webhooks.uploadcare import read_uploadcare

SOURCES: dict[str, Read] = {
    "cloudinary": read_cloudinary,
    "filestack": read_filestack,
    "s3": read_s3,
    "standard": read_standard,
    "uploadcare": read_uploadcare,
}
