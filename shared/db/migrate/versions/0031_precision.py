"""The precision of a network's embeddings."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE backbones
            ADD COLUMN precision text,
            ADD COLUMN precision_reason text,
            ADD CONSTRAINT precision CHECK (precision IN ('float', 'int8'))
    """)
    op.execute("""
        COMMENT ON COLUMN backbones.precision IS
        'of its embeddings; null until the first worker has chosen'
    """)
    op.execute("COMMENT ON COLUMN backbones.precision_reason IS 'why that precision, for people'")
    # Embeddings so far were made in floating point.
    op.execute("""
        UPDATE backbones SET precision = 'float', precision_reason =
        'The first embeddings were made before there was a choice.'
    """)


def downgrade() -> None:
    op.execute("ALTER TABLE backbones DROP COLUMN precision, DROP COLUMN precision_reason")
