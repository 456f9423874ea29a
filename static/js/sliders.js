// A slider writes into its text field, and follows it. The text is what counts: positions 0 to 1000 are only a hand's
// way to it. Without this script sliders are hidden and the text fields do.
const STEPS = 1000;
const PREFIXES = { n: 1e-9, u: 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 };
const SECONDS = { min: 60, hour: 3600, h: 3600, day: 86400, d: 86400, year: 31536000 };

// What `unit` is in roots it may be told in: "ms" is 1 ms and 0.001 s.
function roots(unit) {
  const known = { [unit]: 1 };
  if (unit in SECONDS) known.s = SECONDS[unit];
  else if (unit.length > 1 && unit[0] in PREFIXES) known[unit.slice(1)] = PREFIXES[unit[0]];
  return known;
}

function factor(from, to) {
  const [a, b] = [roots(from), roots(to)];
  const root = Object.keys(a).find((name) => name in b);
  return root === undefined ? NaN : a[root] / b[root];
}

class Scale {
  constructor({ low, high, log, whole, unit }) {
    Object.assign(this, { low: Number(low), high: Number(high), log: log !== undefined, whole: whole !== undefined });
    this.unit = unit;
    // A logarithm cannot start at zero: position 0 is zero itself, the next one the first step worth taking.
    this.first = this.low > 0 ? this.low : this.whole ? 1 : this.high / 1e4;
    this.start = this.log && this.low <= 0 ? 20 : 0;
  }

  value(position) {
    if (!this.log) return this.low + (position / STEPS) * (this.high - this.low);
    if (position < this.start) return this.low;
    return this.first * (this.high / this.first) ** ((position - this.start) / (STEPS - this.start));
  }

  position(value) {
    if (!this.log) return ((value - this.low) / (this.high - this.low)) * STEPS;
    if (value < this.first) return 0;
    return this.start + (Math.log(value / this.first) / Math.log(this.high / this.first)) * (STEPS - this.start);
  }

  // Three digits are what a hand can mean; a power of two close by is what it meant.
  rounded(value) {
    const kept = Number(value.toPrecision(3));
    if (!this.whole) return kept;
    const power = 2 ** Math.round(Math.log2(value));
    return this.log && Math.abs(value / power - 1) < 0.005 ? power : Math.round(kept);
  }

  clamped(value) {
    return Math.min(this.high, Math.max(this.low, value));
  }

  text(value) {
    return this.unit ? `${value} ${this.unit}` : String(value);
  }

  read(text) {
    const [, number, unit] = text.match(/^\s*([-+]?[\d_]*\.?\d+(?:e[-+]?\d+)?|[-+]?\d+\.)\s*(.*?)\s*$/i) ?? [];
    if (number === undefined) return NaN;
    const plain = unit.replace(/^[µμ]/, "u").replace("%", "percent");
    return Number(number.replaceAll("_", "")) * (plain ? factor(plain, this.unit) : 1);
  }
}

function keyed(scale, key, now) {
  const large = scale.whole ? Math.max(1, Math.round(now * 0.1)) : now * 0.1 || scale.first;
  const small = scale.whole ? 1 : scale.log ? now * 0.01 || scale.first : (scale.high - scale.low) / 100;
  const by = { ArrowRight: small, ArrowUp: small, ArrowLeft: -small, ArrowDown: -small, PageUp: large, PageDown: -large };
  if (!(key in by)) return NaN;
  const next = now + by[key];
  return scale.clamped(scale.whole ? Math.round(next) : Number(next.toPrecision(3)));
}

// The field tells the form, at most twenty times a second and always of the last value.
function pacer(field) {
  let timer = 0;
  let told = 0;
  return () => {
    timer ||= setTimeout(() => {
      timer = 0;
      told = performance.now();
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }, 50 - (performance.now() - told));
  };
}

function wire(range) {
  const field = document.getElementById(range.dataset.for);
  const scale = new Scale(range.dataset);
  if (!Number.isFinite(scale.high - scale.low)) return range.remove();
  const tell = pacer(field);
  const describe = () => range.setAttribute("aria-valuetext", field.value);

  function follow() {
    const value = scale.read(field.value);
    if (Number.isFinite(value)) range.value = scale.position(value);
    describe();
  }

  function write(value) {
    field.value = scale.text(value);
    describe();
    tell();
  }

  range.addEventListener("input", (event) => {
    event.stopPropagation(); // the field tells the form, once
    write(scale.rounded(scale.value(Number(range.value))));
  });
  range.addEventListener("keydown", (event) => {
    const typed = scale.read(field.value);
    const value = keyed(scale, event.key, Number.isFinite(typed) ? typed : scale.value(Number(range.value)));
    if (Number.isNaN(value)) return;
    event.preventDefault();
    range.value = scale.position(value);
    write(value);
  });
  field.addEventListener("input", (event) => event.isTrusted && follow());
  follow();
}

for (const range of document.querySelectorAll("input[type=range][data-for]")) wire(range);

// Which slider stays in view on phones and projectors; at first the first.
function hold(field) {
  for (const held of document.querySelectorAll(".held")) held.classList.remove("held");
  field?.classList.add("held");
}

hold(document.querySelector(".ranged"));
document.addEventListener("click", ({ target }) => {
  if (target.closest(".pin")) hold(target.closest(".ranged"));
});
