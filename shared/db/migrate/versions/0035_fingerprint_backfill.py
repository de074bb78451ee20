"""Remember which images of an earlier version still lack a fingerprint."""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE fingerprint_backfill (
            position uuid CONSTRAINT fingerprint_backfill_pkey PRIMARY KEY
        )
    """)
    op.execute("""
        COMMENT ON TABLE fingerprint_backfill IS
        'one row while images of an earlier version lack their fingerprints, otherwise none'
    """)
    op.execute("""
        COMMENT ON COLUMN fingerprint_backfill.position IS 'the last image that was looked at'
    """)
    # The workers' sweep takes them.
    op.execute("""
        INSERT INTO fingerprint_backfill (position)
        SELECT '00000000-0000-0000-0000-000000000000'
        WHERE EXISTS (SELECT FROM images WHERE status = 'tagged')
    """)
    op.execute("""
        COMMENT ON TABLE fingerprints IS
        'what near-duplicates are recognised by; a sweep adds those of an earlier version''s images'
    """)


def downgrade() -> None:
    op.execute("""
        COMMENT ON TABLE fingerprints IS
        'what near-duplicates are recognised by; none for images of an earlier version'
    """)
    op.drop_table("fingerprint_backfill")
