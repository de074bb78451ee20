"""Corrections, the decisions that follow from them, and the runs that learn from them."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, REAL, UUID

from shared.db.schema.base import metadata, now, timestamp

contributors = Table(
    "contributors",
    metadata,
    Column("name", Text, primary_key=True, comment="as sent with corrections; empty: nobody said"),
    Column("trust", REAL, nullable=False, server_default="1", comment="weight of a word, 0 to 1"),
    Column("agreement", REAL, comment="share of judged corrections that others and held-out back"),
    Column("judged", Integer, nullable=False, server_default="0"),
    timestamp("set_aside_at", comment="since when nothing is learned from them"),
    Column("reason", Text, comment="why they were set aside, for people"),
    Column(
        "vouched",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="a person decided that they are never set aside",
    ),
)

finetune_runs = Table(
    "finetune_runs",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("trigger", Text, nullable=False),
    Column("night", Date, unique=True, comment="of a nightly run: there is one a night"),
    Column("tag_id", ForeignKey("tags.id"), comment="the only tag to teach; null: all"),
    Column("status", Text, nullable=False, server_default="queued"),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("stage", Text, nullable=False, server_default="", comment="what it does now"),
    Column("progress", REAL, nullable=False, server_default="0", comment="0 to 1"),
    Column("corrections", Integer, nullable=False, server_default="0", comment="new ones"),
    Column("version", ForeignKey("models.version"), comment="the candidate that it made"),
    Column("reason", Text, comment="how it ended and why, for people"),
    Column("report", JSONB, nullable=False, server_default=text("'{}'")),
    Column(
        "kept_owners",
        ARRAY(Text),
        nullable=False,
        server_default="{}",
        comment="of a promoted run: whose own tags stayed as they were",
    ),
    Column(
        "kept_shared",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="of a promoted run: the shared tags stayed as they were",
    ),
    timestamp("created_at", nullable=False, server_default=now),
    timestamp("started_at"),
    timestamp("finished_at"),
    CheckConstraint("trigger IN ('nightly', 'request', 'tag')", name="trigger"),
    CheckConstraint(
        "status IN ('queued', 'running', 'promoted', 'rejected', 'nothing', 'failed')",
        name="status",
    ),
    Index(
        "finetune_runs_open_idx",
        "id",
        postgresql_where=text("status IN ('queued', 'running')"),
    ),
)

correction_batches = Table(
    "correction_batches",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("contributor", ForeignKey("contributors.name"), nullable=False),
    Column("owner", Text, comment="whom the caller's key was bound to; null: no one"),
    Column(
        "undoes",
        ForeignKey("correction_batches.id", ondelete="SET NULL"),
        unique=True,
        comment="the batch that this one takes back",
    ),
    timestamp("created_at", nullable=False, server_default=now),
    comment="what one request said",
)

corrections = Table(
    "corrections",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("image_id", ForeignKey("images.id", ondelete="CASCADE"), nullable=False),
    Column("tag_id", ForeignKey("tags.id"), nullable=False),
    Column("contributor", ForeignKey("contributors.name"), nullable=False),
    Column("verdict", Text, nullable=False),
    Column("model_version", ForeignKey("models.version"), comment="that had tagged the image"),
    Column("confidence", REAL, comment="what that version had said; null: it did not show the tag"),
    Column("run_id", ForeignKey("finetune_runs.id"), comment="that took it; null: in the queue"),
    timestamp("created_at", nullable=False, server_default=now),
    Column(
        "batch_id",
        ForeignKey("correction_batches.id", ondelete="SET NULL"),
        comment="the request that brought it",
    ),
    Column(
        "set_aside",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="its run failed three times: later runs leave it out until it is released",
    ),
    CheckConstraint("verdict IN ('add', 'remove', 'confirm', 'undo')", name="verdict"),
    Index("corrections_image_idx", "image_id", "id"),
    Index("corrections_contributor_idx", "contributor", "id"),
    Index("corrections_run_idx", "run_id"),
    Index("corrections_batch_idx", "batch_id", postgresql_where=text("batch_id IS NOT NULL")),
    Index("corrections_tag_idx", "tag_id", "image_id"),
    Index("corrections_set_aside_idx", "run_id", postgresql_where=text("set_aside")),
    Index("corrections_queue_idx", "id", postgresql_where=text("run_id IS NULL")),
    comment="append-only; the last word of each contributor on an image and tag counts",
)

decisions = Table(
    "decisions",
    metadata,
    Column("image_id", ForeignKey("images.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id"), primary_key=True),
    Column("present", Boolean, nullable=False),
    Column(
        "explicit",
        Boolean,
        nullable=False,
        comment="false: follows from what people said of a narrower or wider tag",
    ),
    Index("decisions_tag_idx", "tag_id", "image_id", postgresql_where=text("present")),
    comment="what follows from all corrections of an image; always wins over image_tags",
)

reviewed = Table(
    "reviewed",
    metadata,
    Column("contributor", Text, primary_key=True),
    Column("image_id", ForeignKey("images.id", ondelete="CASCADE"), primary_key=True),
    timestamp("offered_at", nullable=False, server_default=now),
    Column(
        "key_id",
        Integer,
        primary_key=True,
        autoincrement=False,
        server_default=text("0"),
        comment="number of the key that asked; 0: no keys are asked for",
    ),
    Index("reviewed_image_idx", "image_id"),
    Index("reviewed_offered_idx", "offered_at"),
    comment="whom an image was offered to for review: no one sees it there twice in a day",
)

retag_jobs = Table(
    "retag_jobs",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("owner", Text, comment="only their images; null: all"),
    Column("tag_id", ForeignKey("tags.id"), comment="only this tag is scored again; null: all"),
    Column("below_version", Integer, comment="only what an older version tagged; null: all"),
    Column("status", Text, nullable=False, server_default="queued"),
    Column("position", UUID, comment="the last image that is done: where to go on"),
    Column("total", BigInteger, comment="images in scope when it started"),
    Column("done", BigInteger, nullable=False, server_default="0"),
    Column("changed", BigInteger, nullable=False, server_default="0"),
    timestamp("created_at", nullable=False, server_default=now),
    timestamp("started_at"),
    timestamp("finished_at"),
    CheckConstraint("status IN ('queued', 'running', 'done')", name="status"),
    Index("retag_jobs_open_idx", "id", postgresql_where=text("status IN ('queued', 'running')")),
)
