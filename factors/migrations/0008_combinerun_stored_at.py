"""When a combine run stored its last scores: what tells whether another one stored in between."""

from django.db import migrations, models

FILL = """
UPDATE factors_combinerun SET stored_at = coalesce(finished_at, started_at, created_at)
WHERE done_through IS NOT NULL AND score_count > 0;
"""


class Migration(migrations.Migration):
    dependencies = [("factors", "0007_return_view")]

    operations = [
        migrations.AddField(
            model_name="combinerun",
            name="stored_at",
            field=models.DateTimeField(blank=True, help_text="When it stored its last scores.", null=True),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
