"""The roles as groups with their permissions. Run again it changes nothing; undone it deletes the groups."""

from django.db import migrations

EVERY = ("add", "change", "delete", "view")
CATALOG = {
    ("catalog", "accelerator"): "accelerator",
    ("catalog", "model"): "model",
    ("catalog", "fabric"): "fabric",
    ("catalog", "node"): "node",
    ("catalog", "fleet"): "fleet",
    ("catalog", "grid"): "grid",
    ("catalog", "cloudregion"): "cloud region",
    ("catalog", "dataset"): "dataset",
    ("catalog", "storage"): "storage system",
}
# The permissions of each role: what may be done to a model, by app and model, with the model's name in words. Scenarios,
# lessons and class sessions need none: they belong to whoever made them.
ROLES = {
    "Student": {},
    "Instructor": {
        ("courses", "course", "course"): ("add",),
        **{(*model, name): ("view",) for model, name in CATALOG.items()},
    },
    "Catalog editor": {(*model, name): EVERY for model, name in CATALOG.items()},
    "Administrator": {
        ("auth", "user", "user"): EVERY,
        ("auth", "group", "group"): EVERY,
        ("axes", "accessattempt", "access attempt"): ("delete", "view"),
        ("courses", "course", "course"): EVERY,
        ("lti", "platform", "platform"): EVERY,
        ("scenarios", "scenario", "scenario"): ("change", "view"),
        **{(*model, name): EVERY for model, name in CATALOG.items()},
    },
}


def create_roles(apps, schema_editor):
    """Create the groups. A permission is created here where `migrate` has not done so yet, with the name it gives."""
    types, permissions = apps.get_model("contenttypes", "ContentType"), apps.get_model("auth", "Permission")
    groups = apps.get_model("auth", "Group")
    for role, models in ROLES.items():
        group, _ = groups.objects.get_or_create(name=role)
        for (app, model, words), actions in models.items():
            kind, _ = types.objects.get_or_create(app_label=app, model=model)
            for action in actions:
                permission, _ = permissions.objects.get_or_create(
                    content_type=kind, codename=f"{action}_{model}", defaults={"name": f"Can {action} {words}"}
                )
                group.permissions.add(permission)


def delete_roles(apps, schema_editor):
    """Delete the groups; accounts stay."""
    apps.get_model("auth", "Group").objects.filter(name__in=ROLES).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0001_courses"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(create_roles, delete_roles)]
