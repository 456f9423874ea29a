import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.db.migrations.autodetector import MigrationAutodetector
from hypothesis import example, given
from hypothesis import strategies as st

from catalog.fields import QuantityField, exact
from catalog.models import TABLES, Accelerator, Fabric, Node
from solvers.quantities import to_si
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


@given(st.floats(0, 1e30, allow_subnormal=False), st.sampled_from([field.values[1].declared for field in FIGURES]))
@example(2.0**70 * 3, Accelerator._meta.get_field("memory_capacity").declared)
@example(1234567 * 2.0**10, Accelerator._meta.get_field("memory_capacity").declared)
def test_what_the_form_shows_reads_back_to_the_last_bit(value, declared):
    assert to_si("", exact(value, declared.unit, declared.display_unit), declared.unit) == value


@pytest.mark.parametrize(
    ("name", "typed", "stored", "shown"),
    [
        ("memory_bandwidth", "3.35 TB/s", 3.35e12, "3.35 TB/s"),
        ("memory_bandwidth", "3350 GB/s", 3.35e12, "3.35 TB/s"),
        ("memory_bandwidth", "3350000000000", 3.35e12, "3.35 TB/s"),
        ("memory_capacity", " 80 GiB ", 80 * 2.0**30, "80 GiB"),
        ("memory_capacity", "80 GB", 80e9, "80 GB"),
        ("cloud_price", "2.95 USD/hour", 2.95 / 3600, "2.95 USD/hour"),
        ("die_area", "814 mm²", 814e-6, "814 mm**2"),
        ("process_node", "5 nm", 5e-9, "5 nm"),
        ("sleep_power", "4.5 µW", 4.5e-6, "4.5 uW"),
    ],
)
def test_a_person_types_a_unit_and_reads_one_back(name, typed, stored, shown):
    field = form_field(name)
    assert field.clean(typed) == pytest.approx(stored, rel=1e-15)
    assert field.prepare_value(field.clean(typed)) == shown


def test_an_empty_figure_is_unknown_and_no_zero():
    assert form_field("tdp").clean("  ") is None and form_field("tdp").clean("0 W") == 0.0


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("memory_bandwidth", "12 kg", "Memory bandwidth needs a bandwidth (byte/s); '12 kg' is a mass."),
        ("memory_bandwidth", "0 GB/s", "Memory bandwidth must be above 0 GB/s; 0 GB/s is not."),
        ("peak_fp16", "-1 TFLOP/s", "FP16 must be above 0 FLOP/s; -1e+12 FLOP/s is not."),
        ("tdp", "-700 W", "Thermal design power must be at least 0 W; -700 W is not."),
        ("tdp", "a lot", "Thermal design power needs a number such as '700 W'; 'a lot' is none."),
        ("tdp", "nan", "Thermal design power needs a finite number; 'nan' is none."),
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
