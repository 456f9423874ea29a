from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_measured_efficiencies")]

    operations = [
        # The table keeps its name, which is asked for in plain SQL.
        migrations.AlterModelTable("Version", "catalog_version"),
        migrations.RenameModel("Version", "CatalogVersion"),
    ]
