"""Codes of embeddings, to find similar images without reading every embedding."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE codes (
            image_id uuid,
            backbone_id smallint,
            owner text NOT NULL,
            code bit varying NOT NULL,
            CONSTRAINT codes_pkey PRIMARY KEY (image_id, backbone_id),
            CONSTRAINT codes_embedding_fkey FOREIGN KEY (image_id, backbone_id)
                REFERENCES embeddings ON DELETE CASCADE
        )
    """)
    op.execute("CREATE INDEX codes_owner_idx ON codes (owner)")
    op.execute("""
        COMMENT ON TABLE codes IS
        'one bit for each dimension of an embedding, to find similar embeddings quickly'
    """)
    op.execute("""
        CREATE TABLE code_backfill (position uuid CONSTRAINT code_backfill_pkey PRIMARY KEY)
    """)
    op.execute("""
        COMMENT ON TABLE code_backfill IS
        'one row while embeddings of an earlier version lack their codes, otherwise none'
    """)
    op.execute("""
        COMMENT ON COLUMN code_backfill.position IS 'the last image that was looked at'
    """)
    # The workers' sweep fills the codes in.
    op.execute("""
        INSERT INTO code_backfill (position)
        SELECT '00000000-0000-0000-0000-000000000000' WHERE EXISTS (SELECT FROM embeddings)
    """)


def downgrade() -> None:
    op.drop_table("code_backfill")
    op.drop_table("codes")
