"""Fingerprints of pictures, and the stacks of near-duplicates that they lead to."""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE fingerprints (
            image_id uuid CONSTRAINT fingerprints_pkey PRIMARY KEY
                CONSTRAINT fingerprints_image_id_fkey REFERENCES images ON DELETE CASCADE,
            owner text NOT NULL,
            difference_hash bigint NOT NULL,
            miniature halfvec NOT NULL,
            taken_at timestamp
        )
    """)
    op.execute("""
        CREATE INDEX fingerprints_high_idx ON fingerprints
        (((difference_hash >> 43) & 2097151::bigint))
    """)
    op.execute("""
        CREATE INDEX fingerprints_middle_idx ON fingerprints
        (((difference_hash >> 22) & 2097151::bigint))
    """)
    op.execute("""
        CREATE INDEX fingerprints_low_idx ON fingerprints ((difference_hash & 4194303::bigint))
    """)
    op.execute("""
        CREATE INDEX fingerprints_taken_at_idx ON fingerprints (owner, taken_at)
        WHERE taken_at IS NOT NULL
    """)
    op.execute("""
        COMMENT ON TABLE fingerprints IS
        'what near-duplicates are recognised by; none for images of an earlier version'
    """)
    op.execute("""
        COMMENT ON COLUMN fingerprints.difference_hash IS 'dHash, 64 bits'
    """)
    op.execute("""
        COMMENT ON COLUMN fingerprints.miniature IS
        '16 x 16 grey values less their mean: the cosine of two is their correlation'
    """)
    op.execute("""
        COMMENT ON COLUMN fingerprints.taken_at IS 'EXIF time, on the camera''s clock'
    """)
    op.execute("""
        CREATE TABLE unstacked (
            image_id uuid CONSTRAINT unstacked_pkey PRIMARY KEY
                CONSTRAINT unstacked_image_id_fkey REFERENCES fingerprints ON DELETE CASCADE
        )
    """)
    op.execute("""
        COMMENT ON TABLE unstacked IS 'images whose near-duplicates are still to be looked for'
    """)
    op.execute("""
        CREATE TABLE stack_members (
            image_id uuid CONSTRAINT stack_members_pkey PRIMARY KEY
                CONSTRAINT stack_members_image_id_fkey REFERENCES fingerprints ON DELETE CASCADE,
            stack_id uuid NOT NULL,
            is_burst boolean NOT NULL
        )
    """)
    op.execute("CREATE INDEX stack_members_stack_id_idx ON stack_members (stack_id)")
    op.execute("""
        COMMENT ON TABLE stack_members IS
        'near-duplicates: each image of a stack is one of every other; a stack may have one left'
    """)
    op.execute("""
        COMMENT ON COLUMN stack_members.is_burst IS
        'whether it resembles some of the stack only as one of a burst'
    """)


def downgrade() -> None:
    op.drop_table("stack_members")
    op.drop_table("unstacked")
    op.drop_table("fingerprints")
