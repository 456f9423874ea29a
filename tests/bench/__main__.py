import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlsysweb.settings")

from . import measured, site, sweep

print("== The site")
site.report()
print("== Sweeps")
sweep.report()
print("== Serving against measured serving: relative error")
measured.report()
