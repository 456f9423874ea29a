// The form of the design space shows the next empty row when one is filled. Dragging along a vertical axis of the chart
// writes the bounds of its filter into the form fields, which are submitted.
document.addEventListener("input", ({ target }) => {
  const row = target.closest("[data-side]");
  if (row && target.value) row.nextElementSibling?.removeAttribute("hidden");
});

// The value at the pointer's position on an axis. Near an end of the axis the filter is unbounded on that side, since
// the exact end is hard to hit.
function valueAt(upright, y) {
  const { low, high, log } = upright.dataset;
  const line = upright.querySelector("line");
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
  const upright = event.target.closest?.(".grip")?.closest("[data-upright]");
  if (!upright || !document.getElementsByName(`from.${upright.dataset.upright}`).length) return;
  const svg = upright.ownerSVGElement;
  const line = document.createElementNS(svg.namespaceURI, "line");
  line.setAttribute("class", "brush");
  for (const end of ["x1", "x2"]) line.setAttribute(end, upright.querySelector("line").getAttribute("x1"));
  upright.querySelector(".brush")?.remove();
  upright.insertBefore(line, upright.querySelector(".grip"));
  brush = { upright, svg, line, start: pointed(svg, event) };
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
  const { upright, svg, start } = brush;
  const end = pointed(svg, event);
  brush = null;
  const name = upright.dataset.upright;
  const [low, high] = [`from.${name}`, `to.${name}`].map((each) => document.getElementsByName(each)[0]);
  const whole = Math.abs(end - start) < 3; // a click without a drag clears the filter
  low.value = whole ? "" : valueAt(upright, Math.max(start, end));
  high.value = whole ? "" : valueAt(upright, Math.min(start, end));
  high.dispatchEvent(new Event("change", { bubbles: true }));
});

// The page of a running job updates itself, except while a user types or drags in it.
document.addEventListener("htmx:beforeRequest", (event) => {
  const typing = brush || document.activeElement?.closest("#found form");
  if (event.target.matches?.("[data-stream]") && typing) event.preventDefault();
});
