"""What single rows cannot say: targets sum to 100, changed transactions make stored values stale, and steps of a
rebalancing stay as they were taken (only the name of a deleted user leaves them).

The triggers stand behind every door alike: services, admin, psql.
"""

from django.db import migrations

TARGETS = """
CREATE FUNCTION portfolio_check_targets() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    changed bigint;
    total numeric;
BEGIN
    -- both: a row may have been moved from one portfolio to another
    FOR changed IN SELECT DISTINCT one FROM unnest(ARRAY[NEW.portfolio_id, OLD.portfolio_id]) one WHERE one IS NOT NULL
    LOOP
        SELECT sum(target) INTO total FROM portfolio_allocations WHERE portfolio_id = changed AND is_active;
        IF abs(total - 100) > 0.0001 THEN
            RAISE EXCEPTION 'the targets of portfolio % sum to %, not 100', changed, trim_scale(total)
                USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_targets_sum';
        END IF;
    END LOOP;
    RETURN NULL;
END
$body$;
CREATE CONSTRAINT TRIGGER allocation_targets_sum AFTER INSERT OR UPDATE OR DELETE ON portfolio_allocations
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION portfolio_check_targets();
"""

STALE = """
CREATE FUNCTION portfolio_note_change() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    UPDATE portfolio_portfolio p
    SET revision = p.revision + 1, stale_from = least(p.stale_from, changed.first)
    FROM (SELECT portfolio_id, min(date) AS first FROM changed_rows GROUP BY portfolio_id) changed
    WHERE p.id = changed.portfolio_id;
    RETURN NULL;
END
$body$;
CREATE TRIGGER note_insert AFTER INSERT ON portfolio_transaction
REFERENCING NEW TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION portfolio_note_change();
CREATE TRIGGER note_update_old AFTER UPDATE ON portfolio_transaction
REFERENCING OLD TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION portfolio_note_change();
CREATE TRIGGER note_update_new AFTER UPDATE ON portfolio_transaction
REFERENCING NEW TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION portfolio_note_change();
CREATE TRIGGER note_delete AFTER DELETE ON portfolio_transaction
REFERENCING OLD TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION portfolio_note_change();
"""

STEPS = """
CREATE FUNCTION portfolio_keep_step() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'steps of a rebalancing cannot be changed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'rebalancing_steps_stay';
END
$body$;
CREATE TRIGGER rebalancing_steps_stay BEFORE UPDATE ON portfolio_rebalancingstep FOR EACH ROW
WHEN ((OLD.event_id, OLD.status, OLD.note, OLD.at) IS DISTINCT FROM (NEW.event_id, NEW.status, NEW.note, NEW.at)
      OR NEW.user_id IS NOT NULL AND OLD.user_id IS DISTINCT FROM NEW.user_id)
EXECUTE FUNCTION portfolio_keep_step();
"""
BACKWARD = """
DROP TRIGGER rebalancing_steps_stay ON portfolio_rebalancingstep;
DROP FUNCTION portfolio_keep_step();
DROP TRIGGER allocation_targets_sum ON portfolio_allocations;
DROP FUNCTION portfolio_check_targets();
DROP TRIGGER note_insert ON portfolio_transaction;
DROP TRIGGER note_update_old ON portfolio_transaction;
DROP TRIGGER note_update_new ON portfolio_transaction;
DROP TRIGGER note_delete ON portfolio_transaction;
DROP FUNCTION portfolio_note_change();
"""


class Migration(migrations.Migration):
    dependencies = [("portfolio", "0001_initial")]

    operations = [migrations.RunSQL(TARGETS + STALE + STEPS, BACKWARD)]
