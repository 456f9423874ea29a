// A pointer on charts. A click on a point follows its link (`meta.urls` of its trace, or `meta.base` and one of
// `meta.values`) or puts its value into a field of the form (`meta.field`, `meta.values`), in place of the field
// `meta.clears`. The point of the question can be dragged where `layout.meta` names a field: its `points` are pairs of x
// and that field's value. The keyboard has the field's slider for the same.
const field = (name) => document.getElementById(`in-${name}`);

function put(name, value, clears) {
  const other = clears && field(clears);
  if (other?.tomselect) other.tomselect.clear(true);
  else if (other) other.value = "";
  const input = field(name);
  if (input.tomselect) input.tomselect.setValue(value);
  else input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

function target({ data: { meta = {} }, pointNumber }) {
  const value = meta.values?.[pointNumber];
  return { url: meta.base && value ? meta.base + encodeURIComponent(value) : meta.urls?.[pointNumber], name: meta.field, value };
}

function open(point) {
  const { url, name, value } = target(point);
  if (url) location.assign(url);
  else if (value && field(name)) put(name, value, point.data.meta.clears);
}

// The value at x: between neighbours along the logarithms of both, whole.
function valueAt(points, x) {
  const after = points.findIndex(([at]) => at > x);
  if (after === 0) return points[0][1];
  if (after < 0) return points.at(-1)[1];
  const [[x0, v0], [x1, v1]] = [points[after - 1], points[after]];
  return Math.round(v0 * (v1 / v0) ** (Math.log(x / x0) / Math.log(x1 / x0)));
}

const held = new WeakMap(); // the handle of each plot

function place(plot) {
  const { meta } = plot.layout;
  const now = plot.data.find(({ name, x }) => /^(now|if it fitted)$/i.test(name ?? "") && x?.length === 1);
  const handle = held.get(plot);
  if (!meta?.field || !now || !field(meta.field)) return handle?.remove();
  const { xaxis, yaxis } = plot._fullLayout;
  const shown = handle ?? grip(plot);
  if (shown.parentNode !== plot) plot.append(shown);
  shown.style.left = `${xaxis._offset + xaxis.d2p(now.x[0])}px`;
  shown.style.top = `${yaxis._offset + yaxis.d2p(now.y[0])}px`;
}

function grip(plot) {
  const handle = document.createElement("div");
  handle.className = "handle";
  handle.title = "Drag along the roof";
  let timer = 0;
  let asked = 0;
  let x = 0;

  // At most twenty questions per second; the last is always asked.
  function ask() {
    timer = 0;
    asked = performance.now();
    const { field: name, points } = plot.layout.meta;
    const value = String(valueAt(points, x));
    if (field(name).value !== value) put(name, value);
  }

  handle.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    event.stopPropagation();
    handle.setPointerCapture(event.pointerId);
    handle.classList.add("held");
  });
  handle.addEventListener("pointermove", ({ clientX }) => {
    if (!handle.classList.contains("held")) return;
    const { xaxis } = plot._fullLayout;
    x = xaxis.p2d(clientX - plot.getBoundingClientRect().left - xaxis._offset);
    timer ||= setTimeout(ask, Math.max(0, 50 - (performance.now() - asked)));
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
    handle.addEventListener(end, () => handle.classList.remove("held"));
  }
  held.set(plot, handle);
  return handle;
}

// While a hand drags a slider or a point, charts follow without the motion of figure.css. A class, because :active in
// :has() restyles the page at every change of a chart.
const dragging = (now) => document.documentElement.classList.toggle("dragging", now);
addEventListener("pointerdown", ({ target }) => dragging(target.matches("input[type=range], .handle")), true);
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => dragging(false), true);

const wired = new WeakSet();

function wire(plot) {
  place(plot);
  if (wired.has(plot)) return;
  wired.add(plot);
  // Over a line and a point at once the one with an address counts.
  const meant = (points) => points.find((point) => target(point).url) ?? points[0];
  plot.on("plotly_click", ({ points }) => open(meant(points)));
  plot.on("plotly_hover", ({ points }) => {
    const { url, name, value } = target(meant(points));
    plot.toggleAttribute("data-link", Boolean(url) || (Boolean(value) && Boolean(field(name))));
  });
  plot.on("plotly_unhover", () => plot.removeAttribute("data-link"));
}

document.addEventListener("figuredrawn", ({ target: plot }) => wire(plot));
for (const plot of document.querySelectorAll(".plot[data-drawn]")) wire(plot); // drawn before this script was loaded
document.addEventListener("figurechosen", ({ detail }) => open(detail));
