"""Notices exchange rates changed behind ``market.store``'s back, as migration 0002 does for bars.

They are few and edited by hand, so a statement says from which date on: only an emptied table marks everything.
No region owns a rate (a portfolio of any may hold the currency): the change is noted for all.
"""

from django.db import migrations

EVENTS = {
    "INSERT": "REFERENCING NEW TABLE AS arrived",
    "UPDATE": "REFERENCING OLD TABLE AS gone NEW TABLE AS arrived",
    "DELETE": "REFERENCING OLD TABLE AS gone",
}
BEHIND = "WHEN (current_setting('quantsite.bulk', true) IS DISTINCT FROM 'on')"

FORWARD = f"""
CREATE FUNCTION market_note_fx_change() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    earliest date;
    code text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT min(date) INTO earliest FROM arrived;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT min(date) INTO earliest FROM gone;
    ELSE
        SELECT min(date) INTO earliest FROM (SELECT date FROM arrived UNION ALL SELECT date FROM gone) AS touched;
    END IF;
    IF earliest IS NOT NULL THEN
        FOREACH code IN ARRAY ARRAY['CN', 'HK', 'JP', 'KR', 'US', 'VN'] LOOP
            PERFORM pg_advisory_xact_lock(7421, hashtext('fx:' || code));
            INSERT INTO market_datachange (region, kind, changed_from) VALUES (code, 'fx', earliest);
        END LOOP;
    END IF;
    RETURN NULL;
END
$body$;

CREATE TRIGGER note_truncate AFTER TRUNCATE ON market_fxrate
FOR EACH STATEMENT {BEHIND} EXECUTE FUNCTION market_note_change('fx');
""" + "".join(
    f"""
CREATE TRIGGER note_{event.lower()} AFTER {event} ON market_fxrate {tables}
FOR EACH STATEMENT {BEHIND} EXECUTE FUNCTION market_note_fx_change();
"""
    for event, tables in EVENTS.items()
)

BACKWARD = (
    "".join(f"DROP TRIGGER note_{event.lower()} ON market_fxrate;\n" for event in (*EVENTS, "TRUNCATE"))
    + "DROP FUNCTION market_note_fx_change();"
)


class Migration(migrations.Migration):
    dependencies = [("market", "0004_fxrate")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
