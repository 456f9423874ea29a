from django.db import migrations, models

# Names of pages stored as HTML, by their path: two share a name with a wall, one was renamed with its path.
NAMES = {"/system/": "one-system", "/system/iron-law/": "iron-law"}
MOVED = {"/matches/": ("/hardware-match/", "hardware_match")}


def file_under_pages(apps, schema_editor):
    scenarios = apps.get_model("scenarios", "Scenario").objects.using(schema_editor.connection.alias)
    for path, name in NAMES.items():
        scenarios.filter(path=path).update(solver=name)
    for path, (now, name) in MOVED.items():
        scenarios.filter(path=path).update(path=now, solver=name)


class Migration(migrations.Migration):

    dependencies = [
        ('scenarios', '0004_version_said'),
    ]

    operations = [
        migrations.AlterField(
            model_name='version',
            name='result',
            field=models.JSONField(help_text="Of a wall solvers.result as kept; of a page over many walls its data, its inputs and the walls' versions."),
        ),
        migrations.AlterField(
            model_name='version',
            name='said',
            field=models.TextField(blank=True, help_text='The answer in a sentence; nothing of a page kept as HTML.'),
        ),
        migrations.RunPython(file_under_pages, migrations.RunPython.noop),
    ]
