"""A question for each page over many walls that can be saved, by stored name."""

from urllib.parse import urlencode

from mlsysweb.explore.ask.question import DesignSpaceQuestion

SPACE = DesignSpaceQuestion(
    walls=("roofline",),
    links=(),
    axes=(("batch_size", "1 to 64 doubling"), ("accelerator", "h100-sxm5-80gb, mi300x")),
    goals=("maximize: throughput", "minimize: power", "latency < 1 s"),
)

CHAIN = {"stages": "scaling_laws,tco", "compute_budget": "1e21 FLOP", "tco.mfu": "0.4"}

MEASURED = """accelerator,model,batch size,prompt length,TTFT (ms),ITL (ms)
h100-sxm5-80gb,llama-3-8b,1,1024,23.5,6.58
h100-sxm5-80gb,llama-3-8b,16,1024,337,7.84
h100-sxm5-80gb,llama-3-8b,64,128,173,7.63"""

QUESTIONS = {
    "one-system": "/system/?model=llama-3-8b&batch_size=16",
    "iron-law": "/system/iron-law/?model=llama-3-8b",
    "geography": "/geography/?grid=poland&devices=64",
    "spectrum": "/spectrum/?target_latency=0.03&accelerator=nrf52840",
    "pipelines": f"/pipeline/?{urlencode(CHAIN)}",
    "capstone": "/capstone/?submitted=yes&replicas=16",
    "serving_cost": "/serving-cost/?requests=5&grid=quebec",
    "uncertainty": "/uncertainty/?wall=roofline&batch_size=64&range.batch_size=1..512+log&range.efficiency=0.3..0.8",
    "calibrate": f"/calibrate/?{urlencode({'rows': MEASURED})}",
    "hardware_match": "/hardware-match/?model=llama-3-70b",
    "explore": f"/explore/?{SPACE.query}",
}
