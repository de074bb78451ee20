"""The tables. The migrations make the same schema; a test proves it."""

from shared.db.schema.base import metadata
from shared.db.schema.exchange.deliveries import deliveries, endpoints
from shared.db.schema.exchange.immich import immich_assets, immich_connections, immich_tags
from shared.db.schema.exchange.webhooks import object_releases, webhook_events, webhook_objects
from shared.db.schema.networks.switching import backbone_switches, switch_chunks, switch_skipped
from shared.db.schema.networks.versions import backbones, models
from shared.db.schema.networks.words import (
    custom_aliases,
    tag_aliases,
    tag_edits,
    tag_parents,
    tags,
    text_embeddings,
    vocabularies,
)
from shared.db.schema.owners import api_keys, sessions, untrained_owners
from shared.db.schema.pictures.alike import (
    code_backfill,
    codes,
    fingerprint_backfill,
    fingerprints,
    stack_members,
    unstacked,
)
from shared.db.schema.pictures.files import file_deletions, transient_images
from shared.db.schema.pictures.pictures import embeddings, image_tags, images, shown_tags
from shared.db.schema.pictures.search import image_search
from shared.db.schema.teaching.feedback import (
    contributors,
    correction_batches,
    corrections,
    decisions,
    finetune_runs,
    retag_jobs,
    reviewed,
)
from shared.db.schema.teaching.hashtags import hashtag_proposals
from shared.db.schema.teaching.withdrawn import withdrawn_corrections, withdrawn_images
from shared.db.schema.workers import worker_progress

__all__ = [
    "api_keys",
    "backbone_switches",
    "backbones",
    "code_backfill",
    "codes",
    "contributors",
    "correction_batches",
    "corrections",
    "custom_aliases",
    "decisions",
    "deliveries",
    "embeddings",
    "endpoints",
    "file_deletions",
    "finetune_runs",
    "fingerprint_backfill",
    "fingerprints",
    "hashtag_proposals",
    "image_search",
    "image_tags",
    "images",
    "immich_assets",
    "immich_connections",
    "immich_tags",
    "metadata",
    "models",
    "object_releases",
    "retag_jobs",
    "reviewed",
    "sessions",
    "shown_tags",
    "stack_members",
    "switch_chunks",
    "switch_skipped",
    "tag_aliases",
    "tag_edits",
    "tag_parents",
    "tags",
    "text_embeddings",
    "transient_images",
    "unstacked",
    "untrained_owners",
    "vocabularies",
    "webhook_events",
    "webhook_objects",
    "withdrawn_corrections",
    "withdrawn_images",
    "worker_progress",
]
