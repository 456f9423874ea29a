from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_measured_efficiencies")]

    operations = [
        # The table keeps its name, because plain SQL uses it.
        migrations.AlterModelTable("Version", "catalog_version"),
        migrations.RenameModel("Version", "CatalogVersion"),
    ]
