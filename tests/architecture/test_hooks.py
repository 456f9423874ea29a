"""Every pre-commit hook runs on the files it is meant for."""

import re
from pathlib import Path

import yaml
from django.apps import apps

ROOT = Path(__file__).parents[2]
HOOKS = {
    hook["id"]: hook
    for repo in yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    for hook in repo["hooks"]
}


def test_a_change_of_any_model_looks_for_a_forgotten_migration():
    ours = {model.__module__ for model in apps.get_models() if model.__module__.startswith(("catalog", "mlsysweb"))}
    files = [module.replace(".", "/") + ".py" for module in ours]
    files.append("catalog/fields.py")  # imported by the models
    assert len(files) > 5
    assert not [file for file in files if not re.search(HOOKS["migrations"]["files"], file)]
