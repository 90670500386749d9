"""Steps of a rebalancing stay as they were taken, whoever writes; only the name of a deleted user leaves them."""

from django.db import migrations

FORWARD = """
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
"""


class Migration(migrations.Migration):
    dependencies = [("portfolio", "0005_asset_figures_views")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
