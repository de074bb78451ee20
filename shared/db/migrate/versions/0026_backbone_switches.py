"""Changes of the network on a living system."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

FIRST_ID = "00000000-0000-0000-0000-000000000000"
WEIGHTS = "file of its weights; null: a package or the hub has them"


def upgrade() -> None:
    op.add_column("backbones", sa.Column("weights", sa.Text(), comment=WEIGHTS))
    op.create_table(
        "backbone_switches",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column(
            "name", sa.Text(), nullable=False, comment="name of the network that is to go live"
        ),
        sa.Column("weights", sa.Text(), comment=WEIGHTS),
        sa.Column(
            "backbone_id",
            sa.SmallInteger(),
            sa.ForeignKey("backbones.id", name="backbone_switches_backbone_id_fkey"),
            comment="null until a worker has loaded it",
        ),
        sa.Column(
            "from_backbone_id",
            sa.SmallInteger(),
            sa.ForeignKey("backbones.id", name="backbone_switches_from_backbone_id_fkey"),
            nullable=False,
        ),
        sa.Column(
            "base_version",
            sa.Integer(),
            sa.ForeignKey("models.version", name="backbone_switches_base_version_fkey"),
            comment="the network's own head",
        ),
        sa.Column(
            "gated",
            sa.Boolean(),
            server_default=sa.text("true"),
            nullable=False,
            comment="whether it goes live only if it is no worse on held-out corrections",
        ),
        sa.Column("status", sa.Text(), server_default="preparing", nullable=False),
        sa.Column(
            "attempts",
            sa.SmallInteger(),
            server_default="0",
            nullable=False,
            comment="of this step",
        ),
        sa.Column(
            "position",
            sa.UUID(),
            server_default=FIRST_ID,
            nullable=False,
            comment="last image seen",
        ),
        sa.Column(
            "found",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="images in this round",
        ),
        sa.Column("total", sa.BigInteger(), comment="images to embed when it started"),
        sa.Column(
            "done", sa.BigInteger(), server_default="0", nullable=False, comment="images embedded"
        ),
        sa.Column(
            "images_per_second",
            sa.REAL(),
            server_default="0",
            nullable=False,
            comment="of late",
        ),
        sa.Column(
            "advanced_at",
            sa.DateTime(timezone=True),
            comment="when the last images were embedded",
        ),
        sa.Column("stage", sa.Text(), server_default="", nullable=False, comment="of learning"),
        sa.Column(
            "progress",
            sa.REAL(),
            server_default="0",
            nullable=False,
            comment="of learning, 0 to 1",
        ),
        sa.Column(
            "version",
            sa.Integer(),
            sa.ForeignKey("models.version", name="backbone_switches_version_fkey"),
            comment="the version that went live or failed",
        ),
        sa.Column("problem", sa.Text(), comment="what holds it up, for people"),
        sa.Column("reason", sa.Text(), comment="how it ended and why, for people"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "started_at",
            sa.DateTime(timezone=True),
            comment="when the first image was to be embedded",
        ),
        sa.Column("promoted_at", sa.DateTime(timezone=True), comment="when the network went live"),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "status IN ('preparing', 'embedding', 'learning', 'finishing', 'done', 'failed', "
            "'aborted')",
            name="backbone_switches_status_check",
        ),
        sa.PrimaryKeyConstraint("id", name="backbone_switches_pkey"),
        comment="changes of the network on a living system; at most one is not finished",
    )
    op.create_index(
        "backbone_switches_open_idx",
        "backbone_switches",
        [sa.text("(finished_at IS NULL)")],
        unique=True,
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_table(
        "switch_chunks",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column(
            "switch_id",
            sa.Integer(),
            sa.ForeignKey(
                "backbone_switches.id", name="switch_chunks_switch_id_fkey", ondelete="CASCADE"
            ),
            nullable=False,
        ),
        sa.Column("after", sa.UUID(), nullable=False, comment="the chunk begins behind this image"),
        sa.Column("upto", sa.UUID(), nullable=False, comment="its last image"),
        sa.Column("token", sa.UUID(), nullable=False, comment="of the worker that holds it"),
        sa.Column("attempts", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="switch_chunks_pkey"),
        comment="images that workers embed now with the network that is to go live",
    )
    op.create_index("switch_chunks_switch_idx", "switch_chunks", ["switch_id", "id"])
    op.create_table(
        "switch_skipped",
        sa.Column(
            "switch_id",
            sa.Integer(),
            sa.ForeignKey(
                "backbone_switches.id", name="switch_skipped_switch_id_fkey", ondelete="CASCADE"
            ),
            nullable=False,
        ),
        sa.Column(
            "image_id",
            sa.UUID(),
            sa.ForeignKey("images.id", name="switch_skipped_image_id_fkey", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column(
            "reason", sa.Text(), nullable=False, comment="why it cannot be embedded, for people"
        ),
        sa.PrimaryKeyConstraint("switch_id", "image_id", name="switch_skipped_pkey"),
        comment="images without an embedding of the new network; they keep their tags",
    )
    op.create_index("switch_skipped_image_idx", "switch_skipped", ["image_id"])


def downgrade() -> None:
    op.drop_table("switch_skipped")
    op.drop_table("switch_chunks")
    op.drop_table("backbone_switches")
    op.drop_column("backbones", "weights")
