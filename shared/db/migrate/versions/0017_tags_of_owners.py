"""Tags that belong to an owner, their old names, what was done to them; corrections set aside."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# Of an owner whose keys made it, as far as that can be told: all that was ever said of the tag was
# said of this owner's images.
OWNERS_OF_TAGS = """
    UPDATE tags SET owner = used.owner
    FROM (
        SELECT tag_id, min(images.owner) AS owner
        FROM corrections JOIN images ON images.id = corrections.image_id
        GROUP BY tag_id HAVING min(images.owner) = max(images.owner)
    ) AS used
    WHERE tags.id = used.tag_id AND kind = 'custom'
      AND EXISTS (SELECT FROM api_keys WHERE api_keys.owner = used.owner)
"""
# An emoji is the same tag whether a keyboard asks for its drawing as text or as a picture.
SLUGS_OF_EMOJI = """
    UPDATE tags SET slug = translate(slug, U&'\\FE0E\\FE0F', '')
    WHERE kind = 'custom' AND slug <> translate(slug, U&'\\FE0E\\FE0F', '')
      AND translate(slug, U&'\\FE0E\\FE0F', '') NOT IN (SELECT slug FROM tags AS other)
"""


def upgrade() -> None:
    op.add_column(
        "tags",
        sa.Column("owner", sa.Text(), nullable=True, comment="whose tag it is; null: everybody's"),
    )
    op.add_column(
        "tags",
        sa.Column("made_by", sa.Integer(), nullable=True, comment="number of the key that made it"),
    )
    op.add_column(
        "tags",
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
    )
    op.drop_constraint("tags_slug_key", "tags")
    op.create_index(
        "tags_shared_slug_idx",
        "tags",
        ["slug"],
        unique=True,
        postgresql_where=sa.text("owner IS NULL"),
    )
    op.create_index(
        "tags_owner_slug_idx",
        "tags",
        ["owner", "slug"],
        unique=True,
        postgresql_where=sa.text("owner IS NOT NULL"),
    )
    op.create_index("tags_slug_idx", "tags", ["slug"], postgresql_ops={"slug": "text_pattern_ops"})
    op.create_index(
        "tags_name_idx",
        "tags",
        [sa.text("lower(name) text_pattern_ops")],
    )
    op.create_index("tags_made_idx", "tags", ["made_by", "created_at"])
    op.create_check_constraint("kind_owner", "tags", "kind = 'custom' OR owner IS NULL")
    op.execute(OWNERS_OF_TAGS)
    op.execute(SLUGS_OF_EMOJI)
    op.create_table(
        "custom_aliases",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column(
            "owner", sa.Text(), nullable=True, comment="for whom it means the tag; null: everybody"
        ),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False, comment="as people wrote it"),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        comment="former names of tags that were renamed or merged",
    )
    op.create_index(
        "custom_aliases_slug_idx",
        "custom_aliases",
        ["slug", sa.text("coalesce(owner, '')"), sa.text("(owner IS NULL)")],
        unique=True,
    )
    op.create_index("custom_aliases_tag_idx", "custom_aliases", ["tag_id"])
    op.create_table(
        "tag_edits",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False, comment="of a tag that may be gone"),
        sa.Column("owner", sa.Text(), nullable=True, comment="whose tag it was"),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("details", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True, comment="number of the key"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "action IN ('rename', 'merge', 'publish', 'delete')", name="tag_edits_action_check"
        ),
        sa.PrimaryKeyConstraint("id"),
        comment="what was done to tags; a new row tells processes that names or owners changed",
    )
    op.add_column(
        "corrections",
        sa.Column(
            "set_aside",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="its run failed three times: later runs leave it out until it is released",
        ),
    )
    op.create_index(
        "corrections_set_aside_idx",
        "corrections",
        ["run_id"],
        postgresql_where=sa.text("set_aside"),
    )
    op.create_index("corrections_tag_idx", "corrections", ["tag_id", "image_id"])
    op.add_column(
        "finetune_runs",
        sa.Column(
            "kept_owners",
            sa.ARRAY(sa.Text()),
            server_default="{}",
            nullable=False,
            comment="of a promoted run: whose own tags stayed as they were",
        ),
    )
    op.add_column(
        "finetune_runs",
        sa.Column(
            "kept_shared",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="of a promoted run: the shared tags stayed as they were",
        ),
    )


def downgrade() -> None:
    op.drop_column("finetune_runs", "kept_shared")
    op.drop_column("finetune_runs", "kept_owners")
    op.drop_index("corrections_tag_idx", "corrections")
    op.drop_index("corrections_set_aside_idx", "corrections")
    op.drop_column("corrections", "set_aside")
    op.drop_table("tag_edits")
    op.drop_table("custom_aliases")
    op.drop_constraint("tags_kind_owner_check", "tags")
    op.drop_index("tags_made_idx", "tags")
    op.drop_index("tags_name_idx", "tags")
    op.drop_index("tags_slug_idx", "tags")
    op.drop_index("tags_owner_slug_idx", "tags")
    op.drop_index("tags_shared_slug_idx", "tags")
    op.create_unique_constraint("tags_slug_key", "tags", ["slug"])
    op.drop_column("tags", "created_at")
    op.drop_column("tags", "made_by")
    op.drop_column("tags", "owner")
