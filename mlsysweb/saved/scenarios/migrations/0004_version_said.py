from django.db import migrations, models


def said_before(apps, schema_editor):
    """Fill in the verdict of stored answers, which the list used to compute at each request."""
    from solvers.result import Result
    from solvers.formatting import fill_slots

    versions = apps.get_model("scenarios", "Version").objects.using(schema_editor.connection.alias)
    for version in versions.iterator(100):
        if "shown" not in version.result:
            kept = Result.from_json(version.result)
            version.said = fill_slots(kept.verdict, kept.values)
            version.save(update_fields=["said"])


class Migration(migrations.Migration):

    dependencies = [
        ('scenarios', '0003_answers_live_in_versions'),
    ]

    operations = [
        migrations.AddField(
            model_name='version',
            name='said',
            field=models.TextField(blank=True, help_text='The answer in a sentence; nothing of a page kept as it showed.'),
        ),
        migrations.RunPython(said_before, migrations.RunPython.noop),
    ]
