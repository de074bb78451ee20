"""Search by source and confidence without reading every tag of every image.

The table is derived from others, so it is made again rather than changed row by row.
"""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

LIMITS = "{0.05,0.1,0.15,0.2,0.25,0.3,0.35,0.4,0.45,0.5,0.55,0.6,0.65,0.7,0.75,0.8,0.85,0.9,0.95}"
# Statistics may be older than the rows, and a scan of whole tables for each batch of pictures would
# be slow: hence the indexes by force.
INDEX_IMAGES = f"""
    CREATE OR REPLACE FUNCTION index_images(changed uuid[]) RETURNS void
    LANGUAGE sql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
        INSERT INTO image_search (image_id, owner, terms, confidence_bands)
        SELECT images.id, images.owner, coalesce(found.terms, '{{}}'), coalesce(found.bands, 0)
        FROM images CROSS JOIN LATERAL (
            SELECT array_agg(term ORDER BY term) AS terms, bit_or(band) AS bands
            FROM (
                SELECT tag_id AS term, CASE source WHEN 'model' THEN
                    1 << width_bucket(confidence, CAST('{LIMITS}' AS real[]))
                END AS band
                FROM shown_tags WHERE image_id = images.id
                UNION ALL
                SELECT -tag_id, NULL FROM decisions WHERE image_id = images.id AND present
            ) AS shown
        ) AS found
        WHERE images.id = ANY(changed)
        ORDER BY images.id
        ON CONFLICT (image_id) DO UPDATE
        SET terms = EXCLUDED.terms, confidence_bands = EXCLUDED.confidence_bands
        WHERE (image_search.confidence_bands, image_search.terms)
            <> (EXCLUDED.confidence_bands, EXCLUDED.terms)
    $$
"""
OLD_INDEX_IMAGES = """
    CREATE OR REPLACE FUNCTION index_images(changed uuid[]) RETURNS void
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
FILL = f"""
    INSERT INTO image_search (image_id, owner, terms, confidence_bands)
    SELECT images.id, images.owner, array_agg(term ORDER BY term), coalesce(bit_or(band), 0)
    FROM images JOIN (
        SELECT image_id, tag_id AS term, CASE source WHEN 'model' THEN
            1 << width_bucket(confidence, CAST('{LIMITS}' AS real[]))
        END AS band
        FROM shown_tags
        UNION ALL
        SELECT image_id, -tag_id, NULL FROM decisions WHERE present
    ) AS shown ON shown.image_id = images.id
    GROUP BY images.id ORDER BY images.id
"""
INDEXES = {
    "image_search_owner_idx": "(owner, image_id)",
    "image_search_terms_idx": "USING gin (terms) WITH (gin_pending_list_limit = 256)",
    "image_search_people_idx": "(image_id) WHERE terms[1] < 0",
}


def upgrade() -> None:
    # As many rows as images: longer than a statement may take otherwise.
    op.execute("SET LOCAL statement_timeout = 0")
    op.execute("DROP INDEX image_search_owner_idx")
    op.execute("DROP INDEX image_search_terms_idx")
    op.execute("TRUNCATE image_search")
    op.execute("ALTER TABLE image_search ADD confidence_bands integer NOT NULL")
    op.execute("""
        COMMENT ON COLUMN image_search.confidence_bands IS
        'bit n: the model shows a tag with a confidence in the nth band of 0.05'
    """)
    op.execute(FILL)
    for name, definition in INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON image_search {definition}")
    op.execute(INDEX_IMAGES)


def downgrade() -> None:
    op.execute(OLD_INDEX_IMAGES)
    op.execute("DROP INDEX image_search_people_idx")
    op.execute("ALTER TABLE image_search DROP confidence_bands")
