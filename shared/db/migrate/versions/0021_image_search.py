"""What search reads: the shown tags of each image in one narrow row, kept by triggers."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# Statistics may be older than the rows, and a scan of whole tables for each batch of pictures would
# be slow: hence the indexes by force.
INDEX_IMAGES = """
    CREATE FUNCTION index_images(changed uuid[]) RETURNS void
    LANGUAGE sql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
        INSERT INTO image_search (image_id, owner, terms)
        SELECT images.id, images.owner, coalesce(found.terms, '{}')
        FROM images CROSS JOIN LATERAL (
            SELECT array_agg(term ORDER BY term) AS terms
            FROM (
                SELECT tag_id AS term FROM shown_tags WHERE image_id = images.id
                UNION ALL
                SELECT -tag_id FROM decisions WHERE image_id = images.id AND present
            ) AS shown
        ) AS found
        WHERE images.id = ANY(changed)
        ORDER BY images.id
        ON CONFLICT (image_id) DO UPDATE SET terms = EXCLUDED.terms
        WHERE image_search.terms <> EXCLUDED.terms
    $$
"""
INDEX_CHANGED = """
    CREATE FUNCTION index_changed_images() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM index_images(ARRAY(SELECT DISTINCT image_id FROM changed));
        RETURN NULL;
    END
    $$
"""
FILL = """
    INSERT INTO image_search (image_id, owner, terms)
    SELECT images.id, images.owner, array_agg(term ORDER BY term)
    FROM images JOIN (
        SELECT image_id, tag_id AS term FROM shown_tags
        UNION ALL
        SELECT image_id, -tag_id FROM decisions WHERE present
    ) AS shown ON shown.image_id = images.id
    GROUP BY images.id ORDER BY images.id
"""


def upgrade() -> None:
    op.execute("""
        CREATE TABLE image_search (
            image_id uuid CONSTRAINT image_search_pkey PRIMARY KEY
                CONSTRAINT image_search_image_id_fkey REFERENCES images ON DELETE CASCADE,
            owner text NOT NULL,
            terms integer[] NOT NULL
        ) WITH (fillfactor = 80)
    """)
    op.execute("""
        COMMENT ON TABLE image_search IS
        'made by triggers from image_tags and decisions; images that had a tag at some time'
    """)
    op.execute("""
        COMMENT ON COLUMN image_search.terms IS
        'ids of the shown tags, and the negative of an id where people said so'
    """)
    op.execute(FILL)
    op.execute("CREATE INDEX image_search_owner_idx ON image_search (owner, image_id)")
    op.execute("""
        CREATE INDEX image_search_terms_idx ON image_search USING gin (terms)
        WITH (gin_pending_list_limit = 256)
    """)
    op.execute("ALTER TABLE image_search ALTER terms SET STATISTICS 1000")
    op.execute("""
        CREATE INDEX image_tags_confidence_idx ON image_tags (tag_id, confidence, image_id)
    """)
    op.execute(INDEX_IMAGES)
    op.execute(INDEX_CHANGED)
    for table in ("image_tags", "decisions"):
        for event, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            op.execute(f"""
                CREATE TRIGGER {table}_index_{event.lower()} AFTER {event} ON {table}
                REFERENCING {rows} TABLE AS changed
                FOR EACH STATEMENT EXECUTE FUNCTION index_changed_images()
            """)


def downgrade() -> None:
    for table in ("image_tags", "decisions"):
        for event in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER {table}_index_{event} ON {table}")
    op.execute("DROP FUNCTION index_changed_images")
    op.execute("DROP FUNCTION index_images")
    op.execute("DROP INDEX image_tags_confidence_idx")
    op.drop_table("image_search")
