// Draws each figure's JSON into the plot beside it. The plot element survives the swap (hx-preserve), so Plotly.react
// redraws it in place and keeps the zoom. The JSON names colours ("token:memory", or "token:memory/20" for 20 %),
// because Plotly cannot read style sheets; this script replaces them by the current theme's values.
document.documentElement.classList.add("js"); // sheet and iframe load no other script that sets this class
const CONFIG = { displayModeBar: false, displaylogo: false, doubleClick: "reset" };
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

async function draw(script) {
  const plot = document.getElementById(script.dataset.for);
  const scale = Number(getComputedStyle(plot).getPropertyValue("--chart-scale"));
  const small = plot.clientWidth < 30 * 16;
  const { data, layout } = themed(JSON.parse(script.textContent), small ? 0.85 : scale);
  if (small) layout.margin = { ...layout.margin, l: 44, r: Math.min(layout.margin?.r ?? 12, 48), b: 44 };
  if (coarse.matches) layout.dragmode = false; // touch scrolls the page; a mouse selects an area to zoom
  await Plotly.react(plot, data, { autosize: true, ...layout }, CONFIG);
  plot.dataset.drawn = Number(plot.dataset.drawn ?? 0) + 1;
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
    const { width: drawn, height } = target._fullLayout ?? {};
    if (width && (Math.abs(width - drawn) > 1 || Math.abs(contentRect.height - height) > 1)) Plotly.Plots.resize(target);
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
    drawAll();
  }
});
document.addEventListener("themechange", () => {
  colours.clear();
  drawAll();
});
document.addEventListener("htmx:afterSwap", drawAll);
drawAll();
