// The keyboard on charts: a plot is one Tab stop; the arrow keys walk its points, Home and End go to the ends, Enter
// does what a click does, Escape leaves. What the pointer would show is shown, and said in a live region.
const says = document.createElement("div");
says.className = "visually-hidden";
says.setAttribute("aria-live", "polite");
document.body.append(says);

const cursors = new WeakMap(); // the index of the point shown, by plot

// The points in order: along the first line where all lines share x, else of every trace.
function points({ data, layout }) {
  const shown = data.map((trace, curveNumber) => ({ trace, curveNumber })).filter(({ trace }) => trace.hoverinfo !== "skip" && trace.x?.length);
  const walked = layout.hovermode === "x unified" ? shown.slice(0, 1) : shown;
  return walked.flatMap(({ trace, curveNumber }) =>
    Array.from(trace.x, (x, pointNumber) => ({ x, y: trace.y[pointNumber], curveNumber, pointNumber })).filter(({ x, y }) => x !== null && y !== null),
  );
}

function show(plot, index) {
  const all = points(plot);
  const place = Math.min(Math.max(index, 0), all.length - 1);
  const { curveNumber, pointNumber } = all[place];
  cursors.set(plot, place);
  const unified = plot.layout.hovermode === "x unified";
  Plotly.Fx.hover(plot, unified ? { xval: all[place].x } : [{ curveNumber, pointNumber }], unified ? "xy" : undefined);
  queueMicrotask(() => { // once figures.js has put the title
    const words = [...plot.querySelectorAll(".hoverlayer text")].map((text) => [...(text.querySelectorAll("tspan.line").length ? text.querySelectorAll("tspan.line") : [text])].map(({ textContent }) => textContent).join(", "));
    says.textContent = `${words.filter(Boolean).join("; ")}. ${place + 1} of ${all.length}`;
  });
}

function start({ data, layout }) {
  if (layout.hovermode !== "x unified") return 0;
  const now = data.find(({ name }) => name === "now" || name === "if it fitted")?.x[0];
  return now === undefined ? 0 : Math.max(0, data[0].x.findIndex((x) => x >= now));
}

document.addEventListener("keydown", (event) => {
  const plot = event.target.closest?.(".plot");
  if (!plot?.data || event.target !== plot) return;
  const at = cursors.get(plot);
  const first = start(plot);
  const steps = { ArrowRight: at === undefined ? first : at + 1, ArrowLeft: at === undefined ? first : at - 1, Home: 0, End: Infinity };
  if (event.key in steps && points(plot).length) show(plot, steps[event.key]);
  else if (event.key === "Enter" && at !== undefined) {
    const { curveNumber, pointNumber } = points(plot)[at];
    plot.dispatchEvent(new CustomEvent("figurechosen", { bubbles: true, detail: { data: plot.data[curveNumber], pointNumber } }));
  } else if (event.key === "Escape") {
    leave(plot);
    plot.blur();
  } else return;
  event.preventDefault();
  event.stopPropagation();
}, true);

function leave(plot) {
  cursors.delete(plot);
  says.textContent = "";
  Plotly.Fx.unhover(plot, {});
}

document.addEventListener("focusout", ({ target }) => target.matches?.(".plot") && cursors.has(target) && leave(target));
function reach(plot) {
  plot.tabIndex = 0;
  plot.setAttribute("aria-roledescription", "chart");
  plot.setAttribute("aria-keyshortcuts", "ArrowLeft ArrowRight Home End Escape");
}

document.addEventListener("figuredrawn", ({ target: plot }) => reach(plot));
for (const plot of document.querySelectorAll(".plot[data-drawn]")) reach(plot); // drawn before this script was loaded
