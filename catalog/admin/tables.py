"""The admin of each table: the columns of its list and the groups of its form."""

from __future__ import annotations

from django.contrib import admin

from catalog.models import Accelerator, CloudRegion, Dataset, Fabric, Fleet, Grid, Model, Node, Storage

from .row import RowAdmin, figures, identity


@admin.register(Accelerator)
class AcceleratorAdmin(RowAdmin):
    """Accelerators."""

    columns = ("peak_fp16", "memory_capacity", "memory_bandwidth", "tdp", "unit_price")
    filters = ("tier", "vendor", "release_year", "announced", "confidence")
    search_fields = (*RowAdmin.search_fields, "vendor", "memory_kind")
    groups = (
        identity("vendor", "tier", ("release_year", "announced"), "confidence"),
        figures(
            "Peak rates",
            ("peak_fp64", "peak_fp32"),
            ("peak_tf32", "peak_bf16"),
            ("peak_fp16", "peak_fp8"),
            ("peak_int8", "peak_fp4"),
            "peak_int4",
            beware="Dense rates: half of what a data sheet prints with sparsity. One multiply-add is two FLOPs.",
        ),
        figures(
            "Memory",
            "memory_kind",
            ("memory_capacity", "memory_bandwidth"),
            ("sram_capacity", "sram_bandwidth"),
            ("flash_capacity", "flash_bandwidth"),
            ("interconnect", "interconnect_bandwidth"),
            beware="The memory of a microcontroller is its flash; its own fields for it may then stay empty.",
        ),
        figures(
            "Power and manufacturing",
            ("tdp", "dispatch_overhead"),
            ("idle_power", "sleep_power"),
            ("process_node", "die_area"),
        ),
        figures(
            "As measured",
            ("measured_efficiency", "measured_bandwidth_efficiency"),
            "measured_layer_overhead",
            beware="What kernels reach of both peaks, and what a layer costs beside them, as measured serving has it.",
        ),
        figures(
            "As measured, kernel by kernel",
            "boost_clock",
            ("measured_gemm_efficiency", "measured_gemm_efficiency_8bit"),
            ("measured_memory_efficiency", "measured_kernel_time"),
            ("measured_collective_latency", "measured_link_efficiency"),
            beware="Constants of a pass priced as a sum of kernels. Leave empty what was not measured.",
        ),
        figures(
            "Power, as measured",
            ("measured_arithmetic_power", "measured_memory_power"),
            "measured_idle_fraction",
            beware="Constants of the power of the chip under load. Leave empty what was not measured.",
        ),
        figures(
            "Money and carbon",
            "unit_price",
            ("cloud_price", "spot_price"),
            ("embodied_carbon", "embodied_carbon_boavizta"),
            beware="Walls take the vendor's embodied carbon where it is known, else Boavizta's.",
        ),
    )


@admin.register(Model)
class ModelAdmin(RowAdmin):
    """Models."""

    columns = ("family", "architecture", "parameters", "active_parameters", "layers", "context_length")
    filters = ("architecture", "task", "family", "release_year")
    search_fields = (*RowAdmin.search_fields, "family", "task")
    groups = (
        identity("family", "task", "architecture", "release_year"),
        figures(
            "Size",
            ("parameters", "active_parameters"),
            ("layers", "hidden_size"),
            ("intermediate_size", "mlp_matrices"),
            ("vocabulary", "embedding_parameters"),
            "context_length",
        ),
        figures(
            "Attention and state",
            ("attention_heads", "kv_heads"),
            ("head_dim", "state_size"),
            ("kv_lora_rank", "qk_rope_head_dim"),
            ("q_lora_rank", "v_head_dim"),
        ),
        figures(
            "KV cache",
            ("kv_cache_layers", "cross_attention_tokens"),
            ("windowed_layers", "attention_window"),
            beware="Leave empty where every layer keeps every token.",
        ),
        figures(
            "Mixture of experts",
            ("experts", "experts_per_token"),
            ("expert_layers", "expert_intermediate_size"),
            "shared_experts",
        ),
        figures(
            "Work",
            ("inference_flop", "activation_bytes"),
            ("depthwise_flop", "dense_flop"),
            ("training_tokens", "training_flop"),
            "model_file",
        ),
    )


@admin.register(Fabric)
class FabricAdmin(RowAdmin):
    """Fabrics."""

    columns = ("kind", "bandwidth", "latency", "topology")
    filters = ("kind", "topology")
    groups = (
        identity("kind", "topology"),
        figures(
            "Figures",
            "bandwidth",
            "latency",
            "shared_bus",
            beware="One way, per endpoint: half of a figure quoted for both ways.",
        ),
    )


@admin.register(Node)
class NodeAdmin(RowAdmin):
    """Nodes."""

    columns = ("accelerator", "accelerators_per_node", "fabric", "nic_bandwidth", "max_power", "price")
    filters = ("accelerator__vendor", "fabric")
    search_fields = (*RowAdmin.search_fields, "accelerator__name")
    autocomplete_fields = ("accelerator", "fabric")
    list_select_related = ("accelerator", "fabric")
    groups = (
        identity("accelerator", "fabric"),
        figures("Inside", "accelerators_per_node", "host_memory", "max_power", "price"),
        figures("External links", "nics_per_node", "nic_bandwidth"),
    )


@admin.register(Fleet)
class FleetAdmin(RowAdmin):
    """Fleets."""

    columns = ("node", "nodes", "fabric", "grid", "power", "pue")
    filters = ("node__accelerator__vendor", "fabric")
    search_fields = (*RowAdmin.search_fields, "node__name", "grid__name")
    autocomplete_fields = ("node", "fabric", "grid")
    list_select_related = ("node", "fabric", "grid")
    groups = (
        identity("node", "fabric", "grid"),
        figures("Figures", "nodes", "power", "pue"),
    )


@admin.register(Grid)
class GridAdmin(RowAdmin):
    """Grids."""

    columns = ("region_type", "carbon_intensity", "carbon_basis", "main_mix", "electricity_price", "year")
    filters = ("region_type", "carbon_basis", "year", "main_mix")
    search_fields = (*RowAdmin.search_fields, "iso_code", "country", "main_mix")
    groups = (
        identity("region_type", ("iso_code", "country"), ("latitude", "longitude")),
        figures(
            "Electricity",
            "carbon_intensity",
            "carbon_intensity_alternative",
            ("carbon_basis", "year"),
            ("electricity_price", "electricity_price_basis"),
            "water_intensity",
            beware="Carbon such as 390 g/kWh, water such as 1.8 L/kWh.",
        ),
        figures("Site", ("pue", "wue"), beware="Only where the row stands for one data center."),
        figures(
            "Mix",
            "main_mix",
            ("share_coal", "share_gas"),
            ("share_oil", "share_nuclear"),
            ("share_hydro", "share_wind"),
            ("share_solar", "share_bio_other"),
            "share_renewable",
        ),
    )


@admin.register(CloudRegion)
class CloudRegionAdmin(RowAdmin):
    """Cloud regions."""

    columns = ("provider", "location", "country", "carbon_intensity", "pue", "wue")
    filters = ("provider", "country", "carbon_year")
    search_fields = (*RowAdmin.search_fields, "region", "location", "country")
    autocomplete_fields = ("grid",)
    groups = (
        identity("provider", "region", ("location", "country"), ("latitude", "longitude"), "grid"),
        figures(
            "Figures",
            ("carbon_intensity", "carbon_year"),
            "carbon_basis",
            ("pue", "pue_basis"),
            ("wue", "wue_basis"),
            beware="Carbon such as 390 g/kWh.",
        ),
    )


@admin.register(Dataset)
class DatasetAdmin(RowAdmin):
    """Datasets."""

    columns = ("domain", "samples", "tokens", "size", "sample_bytes")
    filters = ("domain",)
    groups = (
        identity("domain"),
        figures("Figures", "samples", "tokens", "size", "sample_bytes"),
    )


@admin.register(Storage)
class StorageAdmin(RowAdmin):
    """Storage."""

    columns = ("kind", "bandwidth", "latency", "iops", "sample_rate", "price")
    filters = ("kind",)
    groups = (
        identity("kind"),
        figures("Figures", "bandwidth", "latency", "iops", "sample_rate", "price"),
    )
