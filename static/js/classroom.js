// Class screens: counts a vote's time down, sends an unsent answer again, and marks points on a chart.
const RETRY = 2000;
let waiting = 0;

// The seconds left, counted from when the screen came: the clock of the device does not matter.
function countDown(element) {
  if (element.dataset.ends) return;
  element.dataset.ends = String(performance.now() + 1000 * Number(element.dataset.seconds));
}

function tick() {
  for (const element of document.querySelectorAll(".countdown[data-seconds]")) {
    countDown(element);
    const left = Math.max(0, Math.ceil((Number(element.dataset.ends) - performance.now()) / 1000));
    element.textContent = `${left} s left`;
  }
}
setInterval(tick, 500);

// An answer that did not reach the server is sent again until it does; a late one is refused by the server. While the
// server starts again, a proxy before it answers with a status from 500 on.
function unsent(event) {
  const form = event.target.closest("form[data-answer]");
  if (!form) return;
  const recorded = document.getElementById("recorded");
  const status = event.detail.xhr?.status ?? 0;
  const again = status === 0 || status >= 500;
  if (recorded) recorded.textContent = again ? "Not sent yet: no connection. Trying again …" : "Not recorded. Reload the page and send it again.";
  clearTimeout(waiting);
  if (again) waiting = setTimeout(() => form.isConnected && form.requestSubmit(), RETRY);
}
for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) document.addEventListener(name, unsent);

// A point on two logarithmic axes: a click or a drag writes its coordinates into the fields.
function place(low, high, share) {
  return Number((low * (high / low) ** share).toPrecision(3));
}

function mark(chart) {
  const share = (axis) => {
    const [low, high] = [Number(chart.dataset[`${axis}Low`]), Number(chart.dataset[`${axis}High`])];
    const value = Number(document.getElementById(chart.dataset[axis]).value);
    return value > 0 ? Math.log(value / low) / Math.log(high / low) : NaN;
  };
  const [x, y] = [share("x"), share("y")];
  const dot = chart.querySelector("i") ?? chart.appendChild(document.createElement("i"));
  dot.hidden = !(x >= 0 && x <= 1 && y >= 0 && y <= 1);
  dot.style.left = `${100 * x}%`;
  dot.style.bottom = `${100 * y}%`;
  dot.style.transform = "translateY(100%)";
}

function point(event) {
  const chart = event.target.closest(".point-chart");
  if (!chart || (event.type === "pointermove" && event.buttons !== 1)) return;
  const box = chart.getBoundingClientRect();
  const shares = { x: (event.clientX - box.left) / box.width, y: 1 - (event.clientY - box.top) / box.height };
  for (const [axis, share] of Object.entries(shares)) {
    const clamped = Math.min(1, Math.max(0, share));
    document.getElementById(chart.dataset[axis]).value = place(Number(chart.dataset[`${axis}Low`]), Number(chart.dataset[`${axis}High`]), clamped);
  }
  mark(chart);
}
document.addEventListener("pointerdown", point);
document.addEventListener("pointermove", point);
document.addEventListener("pointerup", (event) => {
  const chart = event.target.closest?.(".point-chart");
  if (chart) document.getElementById(chart.dataset.x).dispatchEvent(new Event("change", { bubbles: true }));
});
document.addEventListener("input", (event) => {
  if (event.target.id?.startsWith("in-point-")) document.querySelectorAll(".point-chart").forEach(mark);
});

// New entries of a gallery come in place: what the student reads stays where it is on the screen. The first entry in view
// is found again by its id after the swap; where none is in view, the gallery lies below or above all that is read.
let read = null;

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (event.detail.target?.id !== "gallery") return;
  const seen = [...event.detail.target.querySelectorAll(".gallery-designs > li")];
  const entry = seen.find((each) => each.getBoundingClientRect().bottom > 0);
  read = entry && entry.getBoundingClientRect().top < innerHeight ? { id: entry.id, top: entry.getBoundingClientRect().top } : null;
});
document.addEventListener("htmx:oobAfterSwap", (event) => {
  const entry = event.detail.target?.id === "gallery" && read && document.getElementById(read.id);
  if (entry) scrollBy({ top: entry.getBoundingClientRect().top - read.top, behavior: "instant" });
});
