import math
from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.db.migrations.autodetector import MigrationAutodetector
from hypothesis import example, given
from hypothesis import strategies as st

from catalog.fields import QuantityField
from catalog.models import TABLES, Accelerator, Fabric, Grid, Model, Node
from catalog.typed import field_text, read_figure
from solvers.field_text import in_shown_unit
from solvers.quantities import convert, to_si
from solvers.shipped.figures import source_columns
from solvers.specs import columns

FIGURES = [
    pytest.param(table, field, id=f"{table._meta.model_name}-{field.name}")
    for table in TABLES
    for field in table._meta.fields
    if isinstance(field, QuantityField)
]
every_figure = pytest.mark.parametrize(("table", "field"), FIGURES)


def form_field(name, table=Accelerator):
    return table._meta.get_field(name).formfield()


@every_figure
def test_a_figure_has_words_and_a_unit(table, field):
    assert field.verbose_name and field.declared.unit


@every_figure
def test_a_figure_of_a_spec_is_declared_by_the_spec(table, field):
    described = columns(table.describes)
    if field.name in described:
        assert field.declared is described[field.name] and not field.unit


@pytest.mark.parametrize("table", TABLES)
def test_every_figure_of_a_spec_is_a_column_or_follows_from_columns(table):
    assert source_columns(table.describes) <= {field.name for field in table._meta.fields}


SHOWN = sorted({(field.values[1].declared.unit, field.values[1].shown) for field in FIGURES})


@given(st.floats(0, 1e30, allow_subnormal=False), st.sampled_from(SHOWN))
@example(2.0**70 * 3, ("byte", "GB"))
@example(1234567 * 2.0**10, ("byte", "GB"))
@example(4.5e-6, ("W", "W"))
@example(1e15, ("1", "1"))
def test_what_the_form_shows_reads_back_to_the_last_bit(value, units):
    unit, shown = units
    assert to_si("", in_shown_unit(field_text(value, unit, shown), shown), unit) == value


@given(st.integers(1, 9999), st.integers(-3, 3), st.sampled_from(SHOWN))
def test_a_bare_number_is_read_in_the_unit_beside_the_field_and_shown_as_one(number, power, units):
    unit, shown = units
    typed = f"{number}e{power}"
    value = read_figure("It", typed, anything(unit), shown).value
    assert value == pytest.approx(convert(float(typed), shown, unit), rel=1e-14)
    assert read_figure("It", field_text(value, unit, shown), anything(unit), shown).value == value


def anything(unit):
    """Return a declaration of a figure of a unit without bounds."""
    return replace(Accelerator._meta.get_field("die_area").declared, unit=unit, low=-math.inf)


@pytest.mark.parametrize(
    ("name", "typed", "stored", "shown"),
    [
        ("memory_bandwidth", "3.35 TB/s", 3.35e12, "3,350"),
        ("memory_bandwidth", "3350", 3.35e12, "3,350"),
        ("memory_capacity", " 80 GiB ", 80 * 2.0**30, "80 GiB"),
        ("memory_capacity", "80 GB", 80e9, "80"),
        ("memory_capacity", "264 KiB", 264 * 2.0**10, "264 KiB"),
        ("memory_capacity", "264 kB", 264e3, "264 kB"),
        ("cloud_price", "2.95", 2.95 / 3600, "2.95"),
        ("die_area", "814 mm²", 814e-6, "814"),
        ("process_node", "5", 5e-9, "5"),
        ("sleep_power", "4.5 µW", 4.5e-6, "4.5"),
        ("sleep_power", "4.5", 4.5e-6, "4.5"),
        ("tdp", "4.5 µW", 4.5e-6, "4.5 uW"),
        ("unit_price", "$60,000", 60_000, "60,000"),
        ("peak_fp16", "990", 990e12, "990"),
        ("peak_fp32", "480 MFLOP/s", 480e6, "480 MFLOP/s"),
    ],
)
def test_a_person_types_a_figure_and_reads_it_back_beside_its_unit(name, typed, stored, shown):
    field = form_field(name)
    assert field.clean(typed) == pytest.approx(stored, rel=1e-15)
    assert field.prepare_value(field.clean(typed)) == shown


# From trials with people: each was refused, or read in SI without a word.
@pytest.mark.parametrize(
    ("table", "name", "typed", "stored"),
    [
        (Accelerator, "peak_fp8", "2500 TFLOPs", 2500e12),
        (Accelerator, "peak_fp8", "2500 TFlops", 2500e12),
        (Accelerator, "peak_fp8", "2500 tflops", 2500e12),
        (Accelerator, "peak_fp8", "2.5 PFLOPS", 2500e12),
        (Accelerator, "peak_fp8", "2500", 2500e12),
        (Accelerator, "peak_int8", "5000 TOPS", 5000e12),
        (Accelerator, "peak_int8", "5000 TOPs", 5000e12),
        (Accelerator, "peak_int8", "5000 tops", 5000e12),
        (Accelerator, "peak_int8", "5000", 5000e12),
        (Model, "parameters", "80B", 80e9),
        (Model, "parameters", "80 B", 80e9),
        (Model, "parameters", "80 billion", 80e9),
        (Model, "parameters", "70B parameters", 70e9),
        (Model, "training_tokens", "15T", 15e12),
        (Accelerator, "unit_price", "$60,000", 60e3),
        (Accelerator, "unit_price", "60 000 USD", 60e3),
        (Accelerator, "unit_price", "60k", 60e3),
        (Accelerator, "unit_price", "60k USD", 60e3),
        (Accelerator, "unit_price", "60000 dollars", 60e3),
        (Accelerator, "cloud_price", "$8/h", 8 / 3600),
        (Accelerator, "cloud_price", "8 $/h", 8 / 3600),
        (Accelerator, "cloud_price", "8 usd/hr", 8 / 3600),
        (Accelerator, "cloud_price", "8", 8 / 3600),
        (Accelerator, "memory_bandwidth", "13,000 GB/s", 13e12),
        (Accelerator, "memory_bandwidth", "13 TBps", 13e12),
        (Accelerator, "memory_bandwidth", "13 tb/s", 13e12),
        (Accelerator, "memory_bandwidth", "13 Tb/s", 13e12 / 8),
        (Accelerator, "memory_bandwidth", "13T", 13e12),
        (Accelerator, "memory_capacity", "288 gb", 288e9),
        (Accelerator, "memory_capacity", "288G", 288e9),
        (Accelerator, "memory_capacity", "288 gigabytes", 288e9),
        (Accelerator, "memory_capacity", "288", 288e9),
        (Accelerator, "tdp", "1.8kw", 1800),
        (Accelerator, "tdp", "1.8k", 1800),
        (Accelerator, "tdp", "1800 Watt", 1800),
        (Accelerator, "dispatch_overhead", "5", 5e-6),
        (Accelerator, "process_node", "3", 3e-9),
        (Accelerator, "die_area", "800", 800e-6),
        (Accelerator, "die_area", "800 mm2", 800e-6),
        (Accelerator, "die_area", "8 cm²", 800e-6),
        (Grid, "carbon_intensity", "369", 369e-3 / 3.6e6),
        (Grid, "carbon_intensity", "0.813 lb/kWh", 0.813 * 0.45359237 / 3.6e6),
        (Grid, "share_coal", "15.89", 0.1589),
        (Grid, "share_coal", "45 %", 0.45),
        (Grid, "electricity_price", "12 ct/kWh", 0.12 / 3.6e6),
        (Fabric, "bandwidth", "400 Gbps", 50e9),
        (Fabric, "bandwidth", "400 gbps", 50e9),
    ],
)
def test_a_figure_is_read_as_people_type_it(table, name, typed, stored):
    assert form_field(name, table).clean(typed) == pytest.approx(stored, rel=1e-12)


def test_bytes_in_small_letters_are_read_with_a_remark():
    field = form_field("bandwidth", Fabric)
    assert field.clean("400 gb/s") == 400e9
    assert field.remark == "'400 gb/s' is read as bytes: 400 GB/s. Write Gb for gigabits and GB for gigabytes."
    field.clean("400 GB/s")
    assert not field.remark


def test_a_unit_in_small_letters_that_means_two_things_is_refused():
    with pytest.raises(ValidationError, match="has an unknown unit, 'mw'"):
        form_field("tdp").clean("1.8 mw")


@pytest.mark.parametrize(
    ("table", "name", "unit"),
    [
        (Accelerator, "peak_fp16", "TFLOP/s"),
        (Accelerator, "peak_int8", "TOP/s"),
        (Accelerator, "cloud_price", "$/h"),
        (Accelerator, "dispatch_overhead", "µs"),
        (Accelerator, "die_area", "mm²"),
        (Grid, "share_coal", "%"),
        (Model, "parameters", "parameters"),
    ],
)
def test_the_unit_of_a_figure_stands_beside_its_field(table, name, unit):
    widget = form_field(name, table).widget
    assert f'aria-describedby="id_{name}_unit"' in widget.render(name, "1")
    assert f'<span class="figure-unit" id="id_{name}_unit">{unit}</span>' in widget.render(name, "1")


def test_a_figure_without_a_unit_has_none_beside_it():
    assert "span" not in form_field("layers", Model).widget.render("layers", "1")


def test_an_empty_figure_is_unknown_and_no_zero():
    assert form_field("tdp").clean("  ") is None and form_field("tdp").clean("0 W") == 0.0


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("memory_bandwidth", "12 kg", "Memory bandwidth needs a bandwidth (byte/s); '12 kg' is a mass."),
        ("memory_bandwidth", "0 GB/s", "Memory bandwidth must be above 0 GB/s; 0 GB/s is not."),
        ("peak_fp16", "-1 TFLOP/s", "FP16 must be above 0 FLOP/s; -1e+12 FLOP/s is not."),
        ("tdp", "-700 W", "Thermal design power must be at least 0 W; -700 W is not."),
        ("tdp", "a lot", "Thermal design power needs a number such as '700 W'; 'a lot' is not one."),
        ("tdp", "nan", "Thermal design power needs a finite number; 'nan' is not one."),
        ("die_area", "3 m", "Die area needs an area (m**2); '3 m' is a length."),
    ],
)
def test_what_cannot_be_meant_is_a_sentence(name, typed, sentence):
    with pytest.raises(ValidationError) as bad:
        form_field(name).clean(typed)
    assert bad.value.messages == [sentence]


def test_a_node_has_a_whole_number_of_accelerators():
    with pytest.raises(ValidationError, match="must be a whole number"):
        form_field("accelerators_per_node", Node).clean("7.5")


def test_the_same_text_is_no_change_and_another_unit_of_the_same_value_neither():
    field = form_field("memory_bandwidth")
    assert not field.has_changed(3.35e12, "3.35 TB/s") and not field.has_changed(3.35e12, "3350 GB/s")
    assert field.has_changed(3.35e12, "3.36 TB/s") and field.has_changed(None, "0.1 TB/s")
    assert not field.has_changed(None, "") and field.has_changed(3.35e12, "") and field.has_changed(1.0, "nonsense")


@pytest.mark.django_db
def test_the_database_refuses_a_negative_figure():
    with pytest.raises(IntegrityError):
        Fabric.objects.create(slug="odd", name="Odd", kind="pcie", source="none", source_date="2026", bandwidth=-1.0)


def test_a_better_sentence_or_another_unit_is_no_migration():
    field = QuantityField("Rate", unit="flop/s", help_text="Dense.")
    field.set_attributes_from_name("rate")
    assert field.deconstruct() == ("rate", "catalog.fields.QuantityField", [], {})
    assert isinstance(field.clone(), models.FloatField) and field.clone().null
    detector = MigrationAutodetector.__new__(MigrationAutodetector)
    other = QuantityField("Speed", unit="byte/s")
    other.set_attributes_from_name("rate")
    assert MigrationAutodetector.deep_deconstruct(detector, field) == MigrationAutodetector.deep_deconstruct(
        detector, other
    )
