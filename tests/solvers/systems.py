"""Systems for the tests, with figures from data sheets."""

import dataclasses

from solvers.specs import Accelerator, Model, table

LLAMA_8B = Model(
    name="Llama 3 8B", parameters=8.03e9, layers=32, hidden_size=4096, attention_heads=32, kv_heads=8, head_dim=128
)
MIXTRAL = Model(
    name="Mixtral 8x7B",
    parameters=46.7e9,
    active_parameters=12.9e9,
    layers=32,
    hidden_size=4096,
    attention_heads=32,
    kv_heads=8,
    head_dim=128,
    experts=8,
    experts_per_token=2,
    expert_parameters=45.1e9,
)
DEEPSEEK_V3 = Model(
    name="DeepSeek-V3",
    parameters=671e9,
    active_parameters=37e9,
    layers=61,
    hidden_size=7168,
    attention_heads=128,
    kv_heads=128,
    head_dim=128,
    kv_elements_per_token_per_layer=576,
    experts=256,
    experts_per_token=8,
    expert_parameters=656e9,
)
GPT_3 = Model(
    name="GPT-3", parameters=175e9, layers=96, hidden_size=12288, attention_heads=96, kv_heads=96, head_dim=128
)
LLAMA_405B = Model(
    name="Llama 3.1 405B",
    parameters=405e9,
    layers=126,
    hidden_size=16384,
    attention_heads=128,
    kv_heads=8,
    head_dim=128,
)
MAMBA = Model(name="Mamba 2.8B", parameters=2.8e9, layers=64, hidden_size=2560, state_elements=64 * 5120 * 16.0)
KEYWORDS = Model(name="Keyword spotting", parameters=38600, inference_flop=5.4e6, activation_bytes=16000, layers=9)
RESNET_50 = Model(name="ResNet-50", parameters=25.6e6, inference_flop=8.2e9, layers=50)

H100 = Accelerator(
    name="H100",
    peak=table({"fp32": 67e12, "fp16": 989e12, "fp8": 1979e12, "int8": 1979e12}),
    memory_capacity=80e9,
    memory_bandwidth=3.35e12,
    interconnect_bandwidth=450e9,
    tdp=700,
    dispatch_overhead=10e-6,
)
A100 = Accelerator(
    name="A100",
    peak=table({"fp32": 19.5e12, "fp16": 312e12, "int8": 624e12}),
    memory_capacity=80e9,
    memory_bandwidth=2.039e12,
    interconnect_bandwidth=300e9,
    tdp=400,
    dispatch_overhead=10e-6,
)
ESP32 = Accelerator(
    name="ESP32-S3",
    peak=table({"fp32": 500e6, "int8": 500e6}),
    memory_capacity=524288,
    memory_bandwidth=1e9,
    sram_capacity=524288,
    sram_bandwidth=1e9,
    flash_capacity=8388608,
    flash_bandwidth=80e6,
    tdp=0.4,
    dispatch_overhead=1e-3,
)


def with_figure(spec, **figures):
    """Return a spec with some figures changed."""
    return dataclasses.replace(spec, **figures)
