// Synchronizes each slider with its text field. Only the text is submitted; slider positions run from 0 to 1000. A bare
// number is in the unit beside the field, which is hidden while the text names a unit of its own. Without this script
// sliders are hidden.
const PREFIXES = { n: 1e-9, u: 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 };
const MULTIPLES = {
  ...{ min: [60, "s"], h: [3600, "s"], hour: [3600, "s"], hours: [3600, "s"], d: [86400, "s"], day: [86400, "s"], days: [86400, "s"] },
  ...{ year: [31536e3, "s"], years: [31536e3, "s"], percent: [0.01, ""] },
};
const SCALES = { "": 1, k: 1e3, K: 1e3, M: 1e6, B: 1e9, T: 1e12 };
const NUMBER = /^\s*\$?\s*([-+]?(?:\d{1,3}(?:[, ']\d{3})+(?!\d)(?:\.\d+)?|\d*[.,]?\d+\.?)(?:e[-+]?\d+)?)\s*(.*?)\s*$/i;

// The factors from a prefixed unit to each unit it can be expressed in: "ms" is 1 ms or 0.001 s.
function roots(unit) {
  const [size, root] = MULTIPLES[unit] ?? [PREFIXES[unit[0]], unit.slice(1)];
  return size ? { [unit]: 1, [root]: size } : { [unit]: 1 };
}

// Returns the number typed and the unit after it. A scale (70B, 30k) belongs to the number, but not beside bytes.
function split(text, unit) {
  const [, digits, rest = ""] = text.match(NUMBER) ?? [];
  const grouped = /^[-+]?\d{1,3}([, ']\d{3})+(?!\d)/.test(digits ?? "");
  const number = Number(grouped ? digits.replaceAll(/[, ']/g, "") : digits?.replace(",", "."));
  const scale = SCALES[rest] && !(rest === "B" && unit.includes("B")) ? SCALES[rest] : 0;
  return scale ? [number * scale, ""] : [number, rest];
}

function read(text, unit) {
  const [number, typed] = split(text, unit);
  if (!typed) return number;
  const [from, to] = [roots(typed.replace(/^[µμ]/, "u").replace("%", "percent")), roots(unit)];
  const root = Object.keys(from).find((name) => name in to);
  return (number * from[root]) / to[root]; // NaN unless it is a number in this unit
}

// Writes a number as the server does: 1,024, and 8.03B where it is a count of what has no unit with prefixes.
function written(value, counted) {
  const [size, scale] = (counted && [[1e12, "T"], [1e9, "B"], [1e6, "M"]].find(([from]) => Math.abs(value) >= from)) || [1, ""];
  const small = Math.abs(value) < 1e-4 || Math.abs(value) >= 1e15;
  return small && value ? String(value / size) + scale : (value / size).toLocaleString("en-US", { maximumSignificantDigits: 12 }) + scale;
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
  const { unit, integer, noun = "" } = range.dataset;
  const besides = [...field.parentElement.querySelectorAll(".unit")];
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
    field.value = written(value, range.dataset.counted !== undefined);
    tag();
    timer ||= setTimeout(tell, 50 - (performance.now() - told));
  }

  // Shows the unit beside the field only where it is meant, and tells a screen reader the value with it.
  function tag() {
    const empty = field.value === "" && !/\d/.test(field.placeholder);
    const own = empty || split(field.value, unit)[1] !== "" || /^\s*\$/.test(field.value);
    for (const each of besides) each.hidden = own;
    const counted = field.value === "1" ? noun.replace(/s$/, "") : noun;
    const label = own ? "" : besides.at(-1)?.textContent || counted;
    range.setAttribute("aria-valuetext", field.value ? `${field.value} ${label}`.trim() : field.placeholder);
  }

  function follow() {
    tag();
    const value = read(field.value || field.placeholder.split(", or")[0], unit);
    if (!telling && Number.isFinite(value)) range.value = place(value);
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

const wired = new WeakSet();

function wireAll(part) {
  for (const range of part.querySelectorAll("input[type=range][data-for]")) {
    if (wired.has(range)) continue;
    wired.add(range);
    if (Number.isFinite(Number(range.dataset.high))) wire(range);
    else range.remove(); // no upper bound
  }
}
wireAll(document);

// A field that another replaces, such as the batch size under concurrent requests, cannot be changed while that one is set.
function replaceFields() {
  for (const field of document.querySelectorAll("[data-replaced-by]")) {
    const other = document.getElementById(field.dataset.replacedBy);
    if (!other) continue; // a demo shows some of the fields
    const replaced = !["", "0"].includes(other.value.trim());
    field.querySelector(".replaced").hidden = !replaced;
    field.querySelector("input[type=text]").readOnly = replaced;
    for (const range of field.querySelectorAll("input[type=range]")) range.disabled = replaced;
  }
}
document.addEventListener("input", replaceFields);
replaceFields();
document.addEventListener("htmx:load", ({ target }) => wireAll(target)); // a form that was swapped in
