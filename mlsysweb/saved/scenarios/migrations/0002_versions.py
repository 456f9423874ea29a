import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

KEPT = ("solver_version", "question", "snapshot", "result")


def first_versions(apps, schema_editor):
    Scenario, Version = apps.get_model("scenarios", "Scenario"), apps.get_model("scenarios", "Version")
    alias = schema_editor.connection.alias
    for scenario in Scenario.objects.using(alias).iterator(100):
        version = Version.objects.using(alias).create(scenario=scenario, number=1, **{name: getattr(scenario, name) for name in KEPT})
        Version.objects.using(alias).filter(pk=version.pk).update(created=scenario.created)
        scenario.path = f"/walls/{scenario.solver}/"
        scenario.save(update_fields=["path"])


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('scenarios', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Tag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, unique=True)),
            ],
            options={
                'ordering': ('name',),
            },
        ),
        migrations.AddField(
            model_name='scenario',
            name='deleted',
            field=models.DateTimeField(blank=True, help_text='Hidden since; it can be taken back.', null=True),
        ),
        migrations.AddField(
            model_name='scenario',
            name='group',
            field=models.ForeignKey(blank=True, help_text='The class it is shown to.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='scenarios', to='auth.group'),
        ),
        migrations.AddField(
            model_name='scenario',
            name='notes',
            field=models.TextField(blank=True, help_text='Markdown.', max_length=20000),
        ),
        migrations.AddField(
            model_name='scenario',
            name='parent_version',
            field=models.PositiveIntegerField(blank=True, help_text='Which version of it was forked.', null=True),
        ),
        migrations.AddField(
            model_name='scenario',
            name='path',
            field=models.CharField(default='', help_text='The page it was kept from, such as /walls/roofline/.', max_length=200),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='scenario',
            name='revision',
            field=models.PositiveIntegerField(default=1, help_text='Counts edits, so that none is lost unseen.'),
        ),
        migrations.AddField(
            model_name='scenario',
            name='visibility',
            field=models.CharField(choices=[('private', 'Only me'), ('link', 'Anyone with the link'), ('class', 'My class')], default='link', max_length=10),
        ),
        migrations.AlterField(
            model_name='scenario',
            name='solver',
            field=models.SlugField(help_text="The wall's name, or that of a page over several walls.", max_length=60),
        ),
        migrations.CreateModel(
            name='Version',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('solver_version', models.CharField(max_length=20)),
                ('question', models.JSONField(help_text='Inputs as typed, by name; what equals the default is left out.')),
                ('snapshot', models.JSONField(help_text='Every catalog row used, as it was.')),
                ('result', models.JSONField(help_text='Of a wall solvers.result as kept; of another page what it showed.')),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('scenario', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='scenarios.scenario')),
            ],
            options={
                'ordering': ('number',),
                'constraints': [models.UniqueConstraint(fields=('scenario', 'number'), name='one_answer_per_version')],
            },
        ),
        migrations.AddField(
            model_name='scenario',
            name='tags',
            field=models.ManyToManyField(blank=True, related_name='scenarios', to='scenarios.tag'),
        ),
        migrations.RunPython(first_versions, migrations.RunPython.noop),
    ]
