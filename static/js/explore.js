// The rows of the design space's form appear as they are needed, and a hand brushes the axes: the ends it leaves
// are written into the fields below, which is what is sent.
document.addEventListener("input", ({ target }) => {
  const row = target.closest("[data-form-row]");
  if (row && target.value) row.nextElementSibling?.removeAttribute("hidden");
});

// The value where a hand is on an axis; near an end the brush is open there, because nobody hits the end itself.
function valueAt(axis, y) {
  const { low, high, log } = axis.dataset;
  const line = axis.querySelector("line");
  const [top, bottom] = [Number(line.getAttribute("y1")), Number(line.getAttribute("y2"))];
  const share = (bottom - y) / (bottom - top);
  if (share < 0.03 || share > 0.97) return "";
  const [from, to] = [Number(low), Number(high)];
  return (log === undefined ? from + share * (to - from) : from * (to / from) ** share).toPrecision(4);
}

function pointed(svg, event) {
  const box = svg.getBoundingClientRect();
  return ((event.clientY - box.top) / box.height) * svg.viewBox.baseVal.height;
}

let brush = null;

document.addEventListener("pointerdown", (event) => {
  const axis = event.target.closest?.(".brush-overlay")?.closest("[data-axis]");
  if (!axis || !document.getElementsByName(`from.${axis.dataset.axis}`).length) return;
  const svg = axis.ownerSVGElement;
  const line = document.createElementNS(svg.namespaceURI, "line");
  line.setAttribute("class", "brush");
  for (const end of ["x1", "x2"]) line.setAttribute(end, axis.querySelector("line").getAttribute("x1"));
  axis.querySelector(".brush")?.remove();
  axis.insertBefore(line, axis.querySelector(".brush-overlay"));
  brush = { axis, svg, line, start: pointed(svg, event) };
  event.target.setPointerCapture(event.pointerId);
  event.preventDefault();
});

document.addEventListener("pointermove", (event) => {
  if (!brush) return;
  brush.line.setAttribute("y1", brush.start);
  brush.line.setAttribute("y2", pointed(brush.svg, event));
});

document.addEventListener("pointerup", (event) => {
  if (!brush) return;
  const { axis, svg, start } = brush;
  const end = pointed(svg, event);
  brush = null;
  const name = axis.dataset.axis;
  const [low, high] = [`from.${name}`, `to.${name}`].map((each) => document.getElementsByName(each)[0]);
  const whole = Math.abs(end - start) < 3; // a click without a drag lets go of the brush
  low.value = whole ? "" : valueAt(axis, Math.max(start, end));
  high.value = whole ? "" : valueAt(axis, Math.min(start, end));
  high.dispatchEvent(new Event("change", { bubbles: true }));
});

// The page of a running job updates itself, except while a user types or drags in it.
document.addEventListener("htmx:beforeRequest", (event) => {
  const typing = brush || document.activeElement?.closest("#results form");
  if (event.target.matches?.("[data-stream]") && typing) event.preventDefault();
});
