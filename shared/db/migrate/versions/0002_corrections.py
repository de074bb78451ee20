"""Corrections, decisions, fine-tune runs, re-tagging jobs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# What people decided, and else what the model shows.
SHOWN_TAGS = """
    CREATE VIEW shown_tags AS
    SELECT image_id, tag_id, confidence, 'model'::text AS source
    FROM image_tags
    WHERE NOT EXISTS (
        SELECT FROM decisions
        WHERE decisions.image_id = image_tags.image_id AND decisions.tag_id = image_tags.tag_id
    )
    UNION ALL
    SELECT image_id, tag_id, 1::real, 'user' FROM decisions WHERE present
"""


def upgrade() -> None:
    op.create_table(
        "contributors",
        sa.Column(
            "name",
            sa.Text(),
            nullable=False,
            comment="as sent with corrections; empty: nobody said",
        ),
        sa.Column(
            "trust",
            sa.REAL(),
            server_default="1",
            nullable=False,
            comment="weight of a word, 0 to 1",
        ),
        sa.Column(
            "agreement",
            sa.REAL(),
            nullable=True,
            comment="share of judged corrections that others and held-out back",
        ),
        sa.Column("judged", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "set_aside_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="since when nothing is learned from them",
        ),
        sa.Column(
            "reason", sa.Text(), nullable=True, comment="why they were set aside, for people"
        ),
        sa.Column(
            "vouched",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="a person decided that they are never set aside",
        ),
        sa.PrimaryKeyConstraint("name", name="contributors_pkey"),
    )
    op.create_table(
        "retag_jobs",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True, comment="only their images; null: all"),
        sa.Column(
            "tag_id", sa.Integer(), nullable=True, comment="only this tag is scored anew; null: all"
        ),
        sa.Column(
            "below_version",
            sa.Integer(),
            nullable=True,
            comment="only what an older version tagged; null: all",
        ),
        sa.Column("status", sa.Text(), server_default="queued", nullable=False),
        sa.Column(
            "position",
            sa.UUID(),
            nullable=True,
            comment="the last image that is done: where to go on",
        ),
        sa.Column(
            "total", sa.BigInteger(), nullable=True, comment="images in scope when it started"
        ),
        sa.Column("done", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("changed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'done')", name="retag_jobs_status_check"
        ),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name="retag_jobs_tag_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="retag_jobs_pkey"),
    )
    op.create_index(
        "retag_jobs_open_idx",
        "retag_jobs",
        ["id"],
        unique=False,
        postgresql_where=sa.text("status IN ('queued', 'running')"),
    )
    op.create_table(
        "finetune_runs",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column(
            "night", sa.Date(), nullable=True, comment="of a nightly run: there is one a night"
        ),
        sa.Column(
            "tag_id", sa.Integer(), nullable=True, comment="the only tag to teach; null: all"
        ),
        sa.Column("status", sa.Text(), server_default="queued", nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column(
            "stage", sa.Text(), server_default="", nullable=False, comment="what it does now"
        ),
        sa.Column("progress", sa.REAL(), server_default="0", nullable=False, comment="0 to 1"),
        sa.Column(
            "corrections", sa.Integer(), server_default="0", nullable=False, comment="new ones"
        ),
        sa.Column("version", sa.Integer(), nullable=True, comment="the candidate that it made"),
        sa.Column("reason", sa.Text(), nullable=True, comment="how it ended and why, for people"),
        sa.Column("report", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'promoted', 'rejected', 'nothing', 'failed')",
            name="finetune_runs_status_check",
        ),
        sa.CheckConstraint(
            "trigger IN ('nightly', 'request', 'tag')", name="finetune_runs_trigger_check"
        ),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name="finetune_runs_tag_id_fkey"),
        sa.ForeignKeyConstraint(["version"], ["models.version"], name="finetune_runs_version_fkey"),
        sa.PrimaryKeyConstraint("id", name="finetune_runs_pkey"),
        sa.UniqueConstraint("night", name="finetune_runs_night_key"),
    )
    op.create_index(
        "finetune_runs_open_idx",
        "finetune_runs",
        ["id"],
        unique=False,
        postgresql_where=sa.text("status IN ('queued', 'running')"),
    )
    op.create_table(
        "corrections",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("image_id", sa.UUID(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.Column("contributor", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column(
            "model_version", sa.Integer(), nullable=True, comment="that had tagged the image"
        ),
        sa.Column(
            "confidence",
            sa.REAL(),
            nullable=True,
            comment="what that version had said; null: it did not show the tag",
        ),
        sa.Column(
            "run_id", sa.Integer(), nullable=True, comment="that took it; null: in the queue"
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "verdict IN ('add', 'remove', 'confirm', 'undo')", name="corrections_verdict_check"
        ),
        sa.ForeignKeyConstraint(
            ["contributor"], ["contributors.name"], name="corrections_contributor_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["image_id"], ["images.id"], name="corrections_image_id_fkey", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["model_version"], ["models.version"], name="corrections_model_version_fkey"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["finetune_runs.id"], name="corrections_run_id_fkey"),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name="corrections_tag_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="corrections_pkey"),
        comment="append-only; the last word of each contributor on an image and tag counts",
    )
    op.create_index(
        "corrections_contributor_idx", "corrections", ["contributor", "id"], unique=False
    )
    op.create_index("corrections_image_idx", "corrections", ["image_id", "id"], unique=False)
    op.create_index(
        "corrections_queue_idx",
        "corrections",
        ["id"],
        unique=False,
        postgresql_where=sa.text("run_id IS NULL"),
    )
    op.create_index("corrections_run_idx", "corrections", ["run_id"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("image_id", sa.UUID(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column(
            "explicit",
            sa.Boolean(),
            nullable=False,
            comment="false: follows from what people said of a narrower or wider tag",
        ),
        sa.ForeignKeyConstraint(
            ["image_id"], ["images.id"], name="decisions_image_id_fkey", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name="decisions_tag_id_fkey"),
        sa.PrimaryKeyConstraint("image_id", "tag_id", name="decisions_pkey"),
        comment="what follows from all corrections of an image; always wins over image_tags",
    )
    op.create_index(
        "decisions_tag_idx",
        "decisions",
        ["tag_id", "image_id"],
        unique=False,
        postgresql_where=sa.text("present"),
    )
    op.create_table(
        "reviewed",
        sa.Column("contributor", sa.Text(), nullable=False),
        sa.Column("image_id", sa.UUID(), nullable=False),
        sa.Column(
            "offered_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["image_id"], ["images.id"], name="reviewed_image_id_fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contributor", "image_id", name="reviewed_pkey"),
        comment="whom an image was offered to for review: nobody sees it there twice",
    )
    op.create_index("reviewed_image_idx", "reviewed", ["image_id"], unique=False)
    op.create_table_comment(
        "image_tags", "what the model shows; what people decided stands in decisions"
    )
    op.add_column(
        "models",
        sa.Column(
            "parent", sa.Integer(), nullable=True, comment="the version that it was made from"
        ),
    )
    op.add_column(
        "models",
        sa.Column(
            "reason",
            sa.Text(),
            nullable=True,
            comment="why it was promoted or rejected, for people",
        ),
    )
    op.create_foreign_key("models_parent_fkey", "models", "models", ["parent"], ["version"])

    op.execute(SHOWN_TAGS)


def downgrade() -> None:
    op.execute("DROP VIEW shown_tags")
    op.drop_constraint("models_parent_fkey", "models", type_="foreignkey")
    op.drop_column("models", "reason")
    op.drop_column("models", "parent")
    for table in (
        "reviewed",
        "decisions",
        "corrections",
        "finetune_runs",
        "retag_jobs",
        "contributors",
    ):
        op.drop_table(table)
