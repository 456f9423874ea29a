from __future__ import annotations

from django.db import models

from catalog.fields import QuantityField
from solvers import specs
from solvers.shipped.figure_sources import ESTIMATED

from .row import CatalogRow

_BOAVIZTA = {"method": ESTIMATED, "note": "By the Boavizta model; the vendor's own figure is not known."}


class Accelerator(CatalogRow):
    """A chip, from microcontroller to wafer."""

    describes = specs.Accelerator
    grouped_by = "vendor"

    class Tier(models.TextChoices):
        CLOUD = "cloud"
        WORKSTATION = "workstation"
        MOBILE = "mobile"
        EDGE = "edge"
        TINY = "tiny", "Tiny: a microcontroller"

    class Confidence(models.TextChoices):
        A = "A", "A: two sources or more agree"
        B = "B", "B: one source, or derived"

    vendor = models.CharField(max_length=40)
    release_year = models.PositiveSmallIntegerField(null=True, blank=True)
    tier = models.CharField(max_length=12, choices=Tier.choices)
    announced = models.BooleanField(
        default=False, help_text="Not yet sold: its figures are what its maker has announced."
    )
    confidence = models.CharField(max_length=1, choices=Confidence.choices, blank=True)

    peak_fp64 = QuantityField("FP64", figure="peak")
    peak_fp32 = QuantityField("FP32", figure="peak")
    peak_tf32 = QuantityField("TF32", figure="peak")
    peak_bf16 = QuantityField("BF16", figure="peak")
    peak_fp16 = QuantityField("FP16", figure="peak")
    peak_fp8 = QuantityField("FP8", figure="peak")
    peak_int8 = QuantityField("INT8", figure="peak")
    peak_fp4 = QuantityField("FP4", figure="peak")
    peak_int4 = QuantityField("INT4", figure="peak")

    memory_kind = models.CharField(max_length=40, blank=True)
    memory_capacity = QuantityField()
    memory_bandwidth = QuantityField()
    sram_capacity = QuantityField()
    sram_bandwidth = QuantityField()
    flash_capacity = QuantityField()
    flash_bandwidth = QuantityField()
    interconnect = models.CharField(max_length=40, blank=True)
    interconnect_bandwidth = QuantityField()

    tdp = QuantityField()
    idle_power = QuantityField()
    sleep_power = QuantityField()
    dispatch_overhead = QuantityField()
    process_node = QuantityField(unit="m", display_unit="nm")
    die_area = QuantityField(unit="m**2", display_unit="mm**2")

    measured_efficiency = QuantityField()
    measured_bandwidth_efficiency = QuantityField()
    measured_layer_overhead = QuantityField()

    boost_clock = QuantityField()
    measured_gemm_efficiency = QuantityField()
    measured_gemm_efficiency_8bit = QuantityField()
    measured_memory_efficiency = QuantityField()
    measured_kernel_time = QuantityField()
    measured_collective_latency = QuantityField()
    measured_link_efficiency = QuantityField()
    measured_idle_fraction = QuantityField()
    measured_arithmetic_power = QuantityField()
    measured_memory_power = QuantityField()

    unit_price = QuantityField()
    cloud_price = QuantityField()
    spot_price = QuantityField()
    embodied_carbon = QuantityField(
        "Embodied carbon (vendor)", help_text="CO₂e of manufacturing one, as stated by its vendor."
    )
    embodied_carbon_boavizta = QuantityField(
        "Embodied carbon (Boavizta)",
        unit="kg",
        help_text="CO₂e of manufacturing one, by the Boavizta model; often larger.",
    )

    def sources_of_figures(self) -> dict[str, dict[str, str]]:
        """Return the sources of single figures. The embodied carbon is the Boavizta model's where the vendor's is not
        known."""
        told = super().sources_of_figures()
        if self.embodied_carbon is None and self.embodied_carbon_boavizta is not None:
            told["embodied_carbon"] = told.get("embodied_carbon_boavizta") or dict(_BOAVIZTA)
        return told

    def remarks(self) -> list[str]:
        remarks = []
        if self.announced:
            remarks.append("It is announced and not yet sold; its figures are its maker's.")
        if self.embodied_carbon is None and self.embodied_carbon_boavizta is not None:
            remarks.append("Its embodied carbon is the Boavizta model's; the vendor's own figure is not known.")
        if self.dispatch_overhead is None:
            remarks.append("Its dispatch overhead is not known; a usual one is assumed.")
        return remarks
