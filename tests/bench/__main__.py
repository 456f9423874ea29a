import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlsysweb.settings")

from . import site, sweep

print("== The site")
site.report()
print("== Sweeps")
sweep.report()
