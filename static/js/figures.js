// Draws each figure's JSON into the plot beside it. The plot element survives the swap (hx-preserve), so Plotly.react
// redraws it in place and keeps the zoom. The JSON names colours ("token:memory", or "token:memory/20" for 20 %),
// because Plotly cannot read style sheets; this script replaces them by the current theme's values.
document.documentElement.classList.add("js"); // sheet and iframe load no other script that sets this class
const CONFIG = { displayModeBar: false, displaylogo: false, doubleClick: "reset", showTips: false };
const SMALL = 30 * 16; // a plot narrower than this, in pixels, is drawn for a phone
const coarse = matchMedia("(pointer: coarse)");
const probe = document.createElement("i");
probe.hidden = true;
document.body.append(probe);

const colours = new Map(); // cached per theme: getComputedStyle costs more than drawing

function colour(name) {
  if (!colours.has(name)) {
    const [token, percent] = name.slice("token:".length).split("/");
    probe.style.color = `var(--${token})`;
    const rgb = getComputedStyle(probe).color;
    colours.set(name, percent ? rgb.replace(/^rgb\((.*)\)$/, `rgba($1, ${percent / 100})`) : rgb);
  }
  return colours.get(name);
}

// Resolves colour names; in projector mode enlarges text, points and lines.
function themed(value, scale, key = "", within = "") {
  if (typeof value === "string") return value.startsWith("token:") ? colour(value) : value;
  if (typeof value === "number") {
    return key === "size" || within === "margin" || (key === "width" && within === "line") ? value * scale : value;
  }
  if (Array.isArray(value)) return value.map((each) => themed(each, scale, key, within));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, themed(each, scale, name, key)]));
}

const broken = (text, width) =>
  text.split(" ").reduce((lines, word) => {
    const last = lines.at(-1);
    if (last && last.length + 1 + word.length > width) return [...lines, word];
    return [...lines.slice(0, -1), last ? `${last} ${word}` : word];
  }, [""]).join("<br>");

// The ticks that stand apart from one another, of a log axis first its decades. `room` is what a text needs in pixels.
function thinned({ type, range, tickvals, ticktext }, length, room) {
  const [low, high] = range;
  const at = tickvals.map((value) => (((type === "log" ? Math.log10(value) : value) - low) / (high - low)) * length);
  const every = tickvals.map((_, k) => k);
  const decades = every.filter((k) => type === "log" && Math.abs(Math.log10(tickvals[k]) - Math.round(Math.log10(tickvals[k]))) < 1e-6);
  const apart = (kept) => kept.every((k, n) => !n || at[k] - at[kept[n - 1]] >= (room(ticktext[k]) + room(ticktext[kept[n - 1]])) / 2);
  const lists = decades.length > 1 ? [every, decades] : [every];
  for (let step = 1; step <= tickvals.length; step++) {
    for (const list of step === 1 ? lists : lists.toReversed()) {
      const kept = list.filter((_, n) => n % step === 0);
      if (apart(kept)) return { tickvals: kept.map((k) => tickvals[k]), ticktext: kept.map((k) => ticktext[k]) };
    }
  }
  return { tickvals: tickvals.slice(0, 1), ticktext: ticktext.slice(0, 1) };
}

// Moves a label that would leave the plot back into it.
function within(label, width, letter) {
  const wide = Math.max(...label.text.replace(/<\/?b>/g, "").split("<br>").map((line) => line.length)) * letter * 0.95;
  const from = label.x * width + (label.xshift ?? 0) - (label.xanchor === "right" ? wide : 0);
  const by = Math.min(0, width - from - wide) || Math.max(0, -from);
  return by ? { ...label, xshift: (label.xshift ?? 0) + by } : label;
}

// The box of a label in pixels from the lower left corner of the plot. `letter` is the width of one where a label has
// no font of its own.
function box({ text, x, y, xanchor, yanchor, xshift = 0, yshift = 0, font }, width, height, letter) {
  const lines = text.replace(/<\/?b>/g, "").split("<br>");
  const wider = (font?.size ? 0.6 * font.size : letter) * (text.startsWith("<b>") ? 1.1 : 1);
  const [wide, tall] = [Math.max(...lines.map((line) => line.length)) * wider * 0.95, lines.length * wider * 2.17 + 3];
  const left = x * width + xshift - (xanchor === "right" ? wide : 0);
  const bottom = y * height + yshift - ({ top: tall, middle: tall / 2 }[yanchor] ?? 0);
  return { left, bottom, right: left + wide, top: bottom + tall };
}

// The boxes that lines and points cover, in pixels from the lower left corner of the plot; a line is many small ones.
function covered(data, layout, width, height) {
  const step = 6;
  const along = (values, name, length) => {
    const { range, type, domain: [from, to] = [0, 1] } = layout[name] ?? {};
    if (!range || type === "category") return null;
    const share = (value) => ((type === "log" ? Math.log10(value) : value) - range[0]) / (range[1] - range[0]);
    return values.map((value) => (from + share(value) * (to - from)) * length);
  };
  return data.flatMap(({ type, mode = "", x = [], y = [], xaxis = "x", yaxis = "y", meta }) => {
    if (type !== "scatter" || x.length === 0) return [];
    const [xs, ys] = [along(x, xaxis.replace("x", "xaxis"), width), along(y, yaxis.replace("y", "yaxis"), height)];
    if (!xs || !ys) return [];
    const faint = meta?.wide === "text";
    const around = (left, bottom, by) => ({ left: left - by, right: left + by, bottom: bottom - by, top: bottom + by, faint });
    if (!mode.includes("lines")) return xs.map((at, k) => around(at, ys[k], 8));
    return xs.slice(1).flatMap((at, k) => {
      const [dx, dy] = [at - xs[k], ys[k + 1] - ys[k]];
      const parts = Math.min(200, Math.ceil(Math.hypot(dx, dy) / step)) || 1;
      return Array.from({ length: parts + 1 }, (_, n) => around(xs[k] + (dx * n) / parts, ys[k] + (dy * n) / parts, 5));
    });
  });
}

const over = (a, b) => a.left <= b.right && b.left <= a.right && a.bottom <= b.top && b.bottom <= a.top;

// The places tried for a label: up and down from each of its forms, the nearest first.
function tried(forms, height) {
  const steps = Array.from({ length: Math.ceil(height / 8) }, (_, k) => [8 * k, -8 * k]).flat();
  return steps.flatMap((step) => forms.map((form) => ({ ...form, yshift: (form.yshift ?? 0) + step })));
}

const free = (a, others, width, height) =>
  a.bottom >= 0 && a.top <= height && a.left >= 0 && a.right <= width && !others.some((b) => over(a, b));

const mirrored = (each, shift) => {
  const anchor = each.xanchor === "left" ? "right" : "left";
  return { ...each, xanchor: anchor, align: anchor, xshift: anchor === "left" ? shift : -shift };
};

// Moves the name of a line that stands inside the plot, at the line's end, until it is clear of lines, points and the
// other labels: up, down or to the left, the shortest way. It stays where nothing near is free.
function namesApart(annotations, lines, width, height, letter) {
  const placed = annotations.filter(({ name }) => name === "heading").map((each) => box(each, width, height, letter));
  const shifts = Array.from({ length: 9 }, (_, k) => 8 * k);
  const moves = shifts.flatMap((down) => shifts.flatMap((left) => [[-left, down], [-left, -down]]));
  moves.sort(([a, b], [c, d]) => Math.hypot(a, b) - Math.hypot(c, d));
  return annotations.map((each) => {
    if (each.name !== "end") return each;
    const places = moves.map(([left, up]) => ({ ...each, xshift: (each.xshift ?? 0) + left, yshift: (each.yshift ?? 0) + up }));
    const clear = places.find((label) => free(box(label, width, height, letter), [...placed, ...lines], width, height)) ?? each;
    placed.push(box(clear, width, height, letter));
    return clear;
  });
}

// Moves the label of a mark up or down, to the other side of its mark or into lines of another length, until it is clear
// of lines, points, other marks and the labels before it. Where that leaves no place it keeps clear of the labels alone,
// and hides the line behind it.
function apart(annotations, lines, width, height, letter) {
  const placed = annotations.filter(({ name }) => name === "end" || name === "heading").map((each) => box(each, width, height, letter));
  const marks = annotations.filter(({ name }) => name === "mark").map(({ x }) => ({ left: x * width - 1, right: x * width + 1, bottom: 0, top: height }));
  return annotations.map((each) => {
    if (each.name !== "mark") return each;
    const sides = [each, mirrored(each, 4)];
    const forms = [28, 20, 16, 12].map((wide) => sides.map((side) => ({ ...side, text: broken(each.text.replaceAll("<br>", " "), wide) })));
    const places = [sides, ...forms].flatMap((some) => tried(some, height));
    const clear = (others) => places.find((label) => free(box(label, width, height, letter), others, width, height));
    const moved = clear([...placed, ...marks, ...lines]) ?? clear([...placed, ...lines]) ?? { ...(clear(placed) ?? each), bgcolor: colour("token:bg") };
    placed.push(box(moved, width, height, letter));
    return moved;
  });
}

// Moves the labels of a roofline off lines, points and one another; off a faint line only if it stays near its place.
// Labels whose figure stands elsewhere, too, are left out where they have no place.
const ROOFLINE = { roof: 0, point: 12, slope: 8, ridge: 5 };
function settled(annotations, lines, width, height, letter) {
  const placed = annotations.filter(({ name }) => name === "region").map((each) => box(each, width, height, letter));
  if (!placed.length) return annotations;
  const moved = new Map();
  for (const [name, shift] of Object.entries(ROOFLINE)) {
    const each = annotations.find((label) => label.name === name);
    if (!each) continue;
    const forms = shift ? [each, mirrored(each, shift)] : [each];
    const clear = (others, reach) => tried(forms, reach).find((label) => free(box(label, width, height, letter), others, width, height));
    const strong = lines.filter(({ faint }) => !faint);
    const unplaced = name === "point" || name === "roof" ? each : { ...each, text: "" };
    const found = clear([...placed, ...lines], height / 8) ?? clear([...placed, ...strong], height / 2) ?? unplaced;
    if (found.text) placed.push(box(found, width, height, letter));
    moved.set(each, found);
  }
  return annotations.map((each) => moved.get(each) ?? each);
}

// Fits a layout to the size of its plot: fewer ticks, broken names, and on a small plot labels of lines inside of it.
function fitted(data, layout, plot, scale) {
  const small = plot.clientWidth < SMALL;
  const margin = { ...layout.margin };
  const annotations = (layout.annotations ?? []).map((each) => {
    if (each.name === "end" && small) return { ...each, text: each.text.replaceAll("<br>", " "), xanchor: "right", yanchor: "bottom", xshift: 0 };
    if (each.name === "region" && small) return { ...each, text: each.text.replace("-", "-<br>") };
    if (each.name === "point" && small) return { ...each, text: each.text.split("<br>")[0].split(": ").at(-1) };
    if (each.name === "ridge" && small) return { ...each, text: each.text.split("<br>").at(-1) };
    if (each.name === "mark" && small) return { ...each, text: broken(each.text.replaceAll("<br>", " "), 16) };
    if (each.name === "roof" && small) return { ...each, text: each.text.split(" at ")[0] };
    if (each.name === "heading") return { ...each, text: broken(each.text, small ? 44 : 80) };
    return each;
  });
  if (small && annotations.some(({ name }) => name === "end")) margin.r = 16;
  const top = annotations.find(({ name }) => name === "heading");
  margin.t += 16 * scale * (top ? top.text.split("<br>").length - 1 : 0);
  const [width, height] = [plot.clientWidth - margin.l - margin.r - (small ? 40 : 56), plot.clientHeight - margin.t - margin.b];
  const letter = 7.2 * scale;
  for (const [k, each] of annotations.entries()) if (each.xref === "paper" && each.name !== "end") annotations[k] = within(each, width, letter);
  const whole = plot.clientWidth - margin.r - Math.max(margin.l, plot._fullLayout?._size.l ?? 66); // Plotly widens the left
  const lines = covered(data, layout, whole, height);
  const ends = small ? namesApart(annotations, lines, whole, height, letter) : annotations;
  const clear = settled(apart(ends, lines, whole, height, letter), lines, whole, height, letter);
  const axes = Object.fromEntries(
    Object.entries(layout).filter(([name, axis]) => /^[xy]axis/.test(name) && axis.tickvals).map(([name, given]) => {
      const axis = given.range ? { ...given, range: [...given.range] } : given; // Plotly writes a zoom into it
      if (zoomed.get(plot)?.has(name)) return [name, { ...axis, tickmode: "auto", nticks: 6 }];
      if (!axis.range) {
        const lines = Math.max(1, Math.floor(height / axis.ticktext.length / (16 * scale)));
        const widths = [small ? 15 : 26, 26, 40].filter((wide) => axis.ticktext.every((text) => broken(text, wide).split("<br>").length <= lines));
        const letters = Math.max(8, Math.min(layout.font.size, height / axis.ticktext.length / 1.2)); // else many bars' names overlap
        return [name, { ...axis, tickfont: { ...axis.tickfont, size: letters }, ticktext: axis.ticktext.map((text) => broken(text, widths[0] ?? 60)) }];
      }
      const across = name.startsWith("x");
      const [from, to] = axis.domain ?? [0, 1];
      const ticks = thinned(axis, across ? width : height * (to - from), (text) => (across ? text.length * letter + 14 : 20 * scale));
      return [name, { ...axis, ...ticks, tickangle: 0 }];
    }),
  );
  return { autosize: true, ...layout, ...axes, margin, annotations: clear };
}

// The title of a unified hover box is a template, in which Plotly writes a number without a space before its prefix and
// money without $. Whenever the box is drawn, for a pointer or for a key, the text of x that comes with the points takes
// its place.
function retitled(plot) {
  new MutationObserver(() => {
    const title = plot.querySelector(".hoverlayer .legendtitletext");
    const told = title && plot._hoverdata?.find(({ customdata }) => typeof customdata === "string");
    const words = told?.xaxis.unifiedhovertitle?.text?.replace(/%\{.*/, told.customdata);
    const line = title?.querySelector("tspan") ?? title;
    if (words && line.textContent !== words) line.textContent = words;
  }).observe(plot.querySelector(".hoverlayer"), { childList: true, subtree: true });
}

const zoomed = new WeakMap(); // the names of the axes that a reader has zoomed, by plot

// Ticks made for the whole range are too few once it is zoomed; Plotly then makes its own.
function watch(plot) {
  if (zoomed.has(plot)) return;
  zoomed.set(plot, new Set());
  retitled(plot);
  plot.on("plotly_relayout", (change) => {
    const axes = Object.keys(change).map((key) => key.match(/^([xy]axis\d*)\.(range|autorange)/)?.[1]).filter(Boolean);
    if (axes.length === 0 || plot.dataset.fitting) return;
    const { data, layout, whole } = drawn.get(plot);
    for (const axis of axes) {
      const now = plot.layout[axis].range;
      if (whole[axis] && now.some((end, k) => Math.abs(end - whole[axis][k]) > 1e-9)) zoomed.get(plot).add(axis);
      else zoomed.get(plot).delete(axis);
    }
    show(plot, data, layout);
  });
}

// The traces for which a small plot has room: without those that are for wide ones alone, and without their text.
function roomy(data) {
  const kept = data.filter(({ meta }) => meta?.wide !== true);
  return kept.map((trace) => (trace.meta?.wide === "text" ? { ...trace, mode: trace.mode.replace("+text", "") } : trace));
}

// On a small plot, lines are named in a legend, each name once, if they are more than two or their names are too long to
// stand beside them.
function named(data, layout, plot) {
  const ends = (layout.annotations ?? []).filter(({ name }) => name === "end");
  const most = 0.5 * plot.clientWidth;
  if (plot.clientWidth >= SMALL || !(ends.length > 2 || ends.some(({ text }) => text.length * 6 > most))) return [data, layout];
  const names = new Map(ends.map(({ font, text }) => [font.color, broken(text.replaceAll("<br>", " "), 40)]));
  const traces = data.map((trace) => {
    const name = trace.mode === "lines" ? names.get(trace.line?.color) : undefined;
    names.delete(name && trace.line.color);
    return { ...trace, name: name ?? trace.name, showlegend: name !== undefined };
  });
  const annotations = layout.annotations.filter((each) => !ends.includes(each));
  return [traces, { ...layout, annotations, showlegend: true, margin: { ...layout.margin, r: 16 } }];
}

const drawn = new WeakMap(); // what was drawn last, by plot

async function show(plot, data, layout) {
  const reset = plot.closest(".figure")?.querySelector("[data-figure=reset]");
  if (reset) reset.hidden = !zoomed.get(plot)?.size;
  plot.querySelector(":scope > .miniature")?.remove(); // it stands where the chart will be
  plot.dataset.fitting = "1";
  const [traces, shown] = named(data, layout, plot);
  await Plotly.react(plot, traces, fitted(traces, shown, plot, layout.font.size / 13), CONFIG);
  delete plot.dataset.fitting;
}

async function draw(script) {
  if (!script.isConnected) return; // an update replaced it while another chart was drawn
  const plot = document.getElementById(script.dataset.for);
  const scale = Number(getComputedStyle(plot).getPropertyValue("--chart-scale"));
  const small = plot.clientWidth < SMALL;
  const { data: every, layout } = themed(JSON.parse(script.textContent), small ? 0.9 : scale);
  const data = small ? roomy(every) : every;
  const rows = layout.yaxis?.autorange === "reversed" && every.filter(({ type }) => type === "bar").length === 1;
  plot.dataset.bars = rows ? layout.yaxis.tickvals.length : 0; // the style sheet gives the height
  const named = data.filter(({ showlegend, name }) => name && showlegend !== false);
  if (small && named.length > 4) {
    const columns = named.some(({ name }) => name.length > 18) ? 1 : 2;
    layout.legend = { ...layout.legend, entrywidthmode: "fraction", entrywidth: 1 / columns }; // else one below the other
  }
  if (small && layout.meta?.small) layout.margin = { ...layout.margin, ...layout.meta.small };
  if (!small) for (const trace of data) if (trace.meta?.small === "text") trace.textposition = "none";
  if (small) layout.margin = { ...layout.margin, l: Math.min(layout.margin?.l ?? 40, 40), b: Math.min(layout.margin?.b ?? 44, 44) };
  if (coarse.matches) layout.dragmode = false; // touch scrolls the page; a mouse selects an area to zoom
  const axes = Object.keys(layout).filter((name) => /^[xy]axis/.test(name));
  drawn.set(plot, { data, layout, whole: Object.fromEntries(axes.map((name) => [name, layout[name].range && [...layout[name].range]])) });
  await show(plot, data, layout);
  watch(plot);
  plot.dataset.drawn = Number(plot.dataset.drawn ?? 0) + 1;
  plot.dispatchEvent(new CustomEvent("figuredrawn", { bubbles: true }));
  resized.observe(plot);
}

// Draws figures in view at once, the others when the browser is idle, unless a newer result has arrived by then.
let turn = 0;
async function drawAll() {
  const now = ++turn;
  const inView = ({ dataset }) => {
    const { top, bottom } = document.getElementById(dataset.for).getBoundingClientRect();
    return top < innerHeight && bottom > 0;
  };
  const scripts = [...document.querySelectorAll("script.figure-plot")];
  const first = scripts.filter(inView);
  for (const script of first) await draw(script);
  for (const script of scripts.filter((each) => !first.includes(each))) {
    await new Promise((done) => setTimeout(done, 30));
    if (now !== turn) return;
    await draw(script);
  }
}

const resized = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) {
    const width = Math.round(contentRect.width);
    const { width: before, height } = target._fullLayout ?? {};
    if (!width || (Math.abs(width - before) <= 1 && Math.abs(contentRect.height - height) <= 1)) continue;
    const script = document.querySelector(`script[data-for="${target.id}"]`);
    if (script) draw(script);
  }
});

function save(plot, format) {
  const layout = { ...plot.layout, paper_bgcolor: colour("token:surface") };
  const { width, height } = plot.getBoundingClientRect();
  Plotly.downloadImage({ data: plot.data, layout }, { format, width, height, scale: 2, filename: plot.id.slice(5) });
}

document.addEventListener("click", ({ target }) => {
  const tool = target.closest("[data-figure]");
  const plot = tool?.closest(".figure").querySelector(".plot");
  if (!plot) return;
  if (tool.dataset.figure !== "reset") save(plot, tool.dataset.figure);
  else {
    Plotly.purge(plot); // resets the zoom
    zoomed.delete(plot);
    drawAll();
  }
});
document.addEventListener("themechange", () => {
  colours.clear();
  drawAll();
});
document.addEventListener("htmx:afterSwap", drawAll);
drawAll();
