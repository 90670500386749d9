"""The admin's view of bars, and the triggers that notice changes made behind ``market.store``'s back.

Bulk writes say precisely what they changed (``market.store.changes``) and set ``quantsite.bulk`` for their
transaction; any other statement on these tables (ORM, psql) marks everything as changed, so that no panel
cache outlives the rows it was made from.
"""

from django.db import migrations

TABLES = {
    "market_pricebar": "bars",
    "market_fundamental": "fundamentals",
    "market_corporateaction": "fundamentals",
}

FORWARD = """
CREATE VIEW market_pricebar_row AS
SELECT instrument_id || '-' || to_char(date, 'YYYY-MM-DD') AS key, * FROM market_pricebar;

CREATE FUNCTION market_note_change() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    code text;
BEGIN
    FOREACH code IN ARRAY ARRAY['CN', 'HK', 'JP', 'KR', 'US', 'VN'] LOOP
        PERFORM pg_advisory_xact_lock(7421, hashtext(TG_ARGV[0] || ':' || code));
        INSERT INTO market_datachange (region, kind, changed_from) VALUES (code, TG_ARGV[0], '0001-01-01');
    END LOOP;
    RETURN NULL;
END
$body$;
""" + "".join(
    f"""
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT WHEN (current_setting('quantsite.bulk', true) IS DISTINCT FROM 'on')
EXECUTE FUNCTION market_note_change('{kind}');
"""
    for table, kind in TABLES.items()
)

BACKWARD = (
    "".join(f"DROP TRIGGER note_change ON {table};\n" for table in TABLES)
    + "DROP FUNCTION market_note_change();\nDROP VIEW market_pricebar_row;"
)


class Migration(migrations.Migration):
    dependencies = [("market", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
