"""An image may have embeddings of several networks."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint("embeddings_pkey", "embeddings")
    op.create_primary_key("embeddings_pkey", "embeddings", ["image_id", "backbone_id"])


def downgrade() -> None:
    op.execute("""
        DELETE FROM embeddings
        WHERE backbone_id <> (SELECT backbone_id FROM models WHERE status = 'live')
    """)
    op.drop_constraint("embeddings_pkey", "embeddings")
    op.create_primary_key("embeddings_pkey", "embeddings", ["image_id"])
