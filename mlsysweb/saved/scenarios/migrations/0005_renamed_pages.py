from django.db import migrations

# A page's path and name as they were saved, and as they are since.
RENAMED = {"/matches/": ("/hardware-match/", "hardware_match")}


def rename(apps, schema_editor):
    for old, (path, name) in RENAMED.items():
        apps.get_model("scenarios", "Scenario").objects.filter(path=old).update(path=path, solver=name)


def rename_back(apps, schema_editor):
    for old, (path, _) in RENAMED.items():
        apps.get_model("scenarios", "Scenario").objects.filter(path=path).update(path=old, solver=old.strip("/"))


class Migration(migrations.Migration):
    dependencies = [("scenarios", "0004_version_said")]

    operations = [migrations.RunPython(rename, rename_back)]
