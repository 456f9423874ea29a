import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlsysweb.settings")

from . import configurator, measured, search, site, sweep

print("== The site")
site.report()
print("== Sweeps")
theirs = sweep.report()
print("== Design space: serving, cost and carbon, with constraints, ranking and front")
search.report(theirs)
print("== Eight H200 for Qwen3 32B, here and in aiconfigurator")
configurator.report()
print("== Serving against measured serving: relative error")
measured.report()
