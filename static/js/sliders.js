// Synchronizes each slider with its text field. Only the text is submitted; slider positions run from 0 to 1000.
// Without this script sliders are hidden.
const PREFIXES = { n: 1e-9, u: 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 };
const MULTIPLES = { min: [60, "s"], h: [3600, "s"], hour: [3600, "s"], d: [86400, "s"], day: [86400, "s"], percent: [0.01, ""] };

// The factors from a prefixed unit to each unit it can be expressed in: "ms" is 1 ms or 0.001 s.
function roots(unit) {
  const [size, root] = MULTIPLES[unit] ?? [PREFIXES[unit[0]], unit.slice(1)];
  return size ? { [unit]: 1, [root]: size } : { [unit]: 1 };
}

function read(text, unit) {
  const [, number, typed = ""] = text.match(/^\s*([-+]?\d*\.?\d+\.?(?:e[-+]?\d+)?)\s*(.*?)\s*$/i) ?? [];
  const [from, to] = [roots(typed.replace(/^[µμ]/, "u").replace("%", "percent")), roots(unit)];
  const root = typed ? Object.keys(from).find((name) => name in to) : unit;
  return (Number(number) * (typed ? from[root] : 1)) / to[root]; // NaN unless it is a number in this unit
}

// Converts positions to values and back. On a log scale that starts at zero, the first positions are zero.
function scale({ low, high, log, integer }) {
  const [bottom, top] = [Number(low), Number(high)];
  const clamped = (value) => Math.min(top, Math.max(bottom, value));
  const linear = { at: (place) => bottom + (place / 1000) * (top - bottom), place: (value) => ((value - bottom) / (top - bottom)) * 1000 };
  if (log === undefined) return { ...linear, clamped, step: integer === undefined ? (top - bottom) / 100 : 1 };
  const first = bottom || (integer === undefined ? top / 1e4 : 1);
  const start = bottom ? 0 : 20;
  return {
    at: (place) => (place < start ? bottom : first * (top / first) ** ((place - start) / (1000 - start))),
    place: (value) => (value < first ? 0 : start + (Math.log(value / first) / Math.log(top / first)) * (1000 - start)),
    clamped,
    step: integer === undefined ? 0 : 1,
    first,
  };
}

// Rounds to three digits, the precision of a hand, or to a power of two close by.
function rounded(value, { log, integer }) {
  const kept = Number(value.toPrecision(3));
  const power = 2 ** Math.round(Math.log2(value));
  if (log !== undefined && integer !== undefined && Math.abs(value / power - 1) < 0.005) return power;
  return integer === undefined ? kept : Math.round(kept);
}

function wire(range) {
  const field = document.getElementById(range.dataset.for);
  const { unit, integer } = range.dataset;
  const { at, place, clamped, step, first } = scale(range.dataset);
  let timer = 0;
  let told = 0;
  let telling = false;

  // Throttled to twenty events per second; the last value is always sent.
  function tell() {
    timer = 0;
    told = performance.now();
    telling = true;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    telling = false;
  }

  function write(value) {
    field.value = unit ? `${value} ${unit}` : value;
    range.setAttribute("aria-valuetext", field.value);
    timer ||= setTimeout(tell, 50 - (performance.now() - told));
  }

  function follow() {
    const value = read(field.value || field.placeholder.split(",")[0], unit);
    if (telling) return;
    if (Number.isFinite(value)) range.value = place(value);
    range.setAttribute("aria-valuetext", field.value || field.placeholder);
  }

  range.addEventListener("input", (event) => {
    event.stopPropagation(); // the text field sends the event
    write(rounded(at(Number(range.value)), range.dataset));
  });
  range.addEventListener("keydown", (event) => {
    const now = read(field.value, unit) || at(Number(range.value));
    const small = step || now * 0.01 || first;
    const large = Math.max(integer === undefined ? 0 : 1, now * 0.1) || small;
    const by = { ArrowRight: small, ArrowUp: small, ArrowLeft: -small, ArrowDown: -small, PageUp: large, PageDown: -large };
    if (!(event.key in by)) return;
    event.preventDefault();
    const next = clamped(now + by[event.key]);
    const value = integer === undefined ? Number(next.toPrecision(3)) : Math.round(next);
    range.value = place(value);
    write(value);
  });
  field.addEventListener("input", follow);
  follow();
}

for (const range of document.querySelectorAll("input[type=range][data-for]")) {
  if (Number.isFinite(Number(range.dataset.high))) wire(range);
  else range.remove(); // no upper bound
}
