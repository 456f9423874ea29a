"""Design challenge, starter code: can Llama 3 70B fit, and what does a fleet for a year of it cost?"""

from solvers import serving, sweep, tco
from solvers.data import h100, llama_3_70b

split = {"precision": ["fp16", "fp8"], "tensor_parallel": [1, 2, 4, 8]}
replicas = sweep(serving, model=llama_3_70b, accelerator=h100, batch_size=32, **split)
print(replicas.select("precision", "tensor_parallel", "feasible", "ttft", "itl", "request_throughput"))
print(f"A year of 256: ${tco(accelerator=h100, devices=256, duration='1 year').tco:,.0f}")
