from django.db import migrations


class Migration(migrations.Migration):
    """On its own: PostgreSQL refuses to alter a table in the transaction that has just written rows that refer to it."""

    dependencies = [
        ('scenarios', '0002_versions'),
    ]

    operations = [
        migrations.RemoveField(model_name='scenario', name=name)
        for name in ("kind", "solver_version", "question", "snapshot", "result")
    ]
