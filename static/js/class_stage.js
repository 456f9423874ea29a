// The presenter's and the projector's pages: keys of a clicker, the time on a screen, and text as large as fits.
const FORWARD = ["PageDown", "ArrowRight"];
const BACK = ["PageUp", "ArrowLeft"];
const OTHER = { b: "b", ".": "b", j: "j" }; // clickers send "b" or "." for a dark screen

// A key pressed in the window of the projector acts in that of the presenter, if the same browser shows both.
const stage = document.querySelector(".class-presenter, .class-projector");
const channel = new BroadcastChannel(`class-${stage.dataset.code}`);
const presents = stage.matches(".class-presenter");
channel.onmessage = ({ data }) => presents && press(data);

// Presses the button of a key, unless an answer to the one before is still awaited.
function press(key) {
  const button = document.querySelector(`#presenter button[data-key="${key}"]`);
  if (button && !document.querySelector("#presenter form.htmx-request")) button.click();
}

const typing = (target) => target.matches?.("input:not([type=range], [type=radio], [type=checkbox]), select, textarea");
const arrows = (target) => target.matches?.("input, .plot, [role=slider], .scroll"); // these have their own

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  const name = FORWARD.includes(key) ? "forward" : BACK.includes(key) ? "back" : OTHER[key.toLowerCase()];
  if (!name || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  if (key.startsWith("Page") ? target.matches?.("select, textarea, [type=range]") : typing(target)) return;
  if (key.startsWith("Arrow") && arrows(target)) return;
  event.preventDefault();
  if (presents) press(name);
  else channel.postMessage(name);
});

// The time since the page was made is added to the seconds it came with: the clock of the device does not matter.
function clock() {
  for (const element of document.querySelectorAll(".elapsed")) {
    element.dataset.from ??= String(performance.now() - 1000 * Number(element.dataset.seconds));
    const seconds = Math.floor((performance.now() - Number(element.dataset.from)) / 1000);
    const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
    element.textContent = `${minutes}:${String(rest).padStart(2, "0")}`;
    element.toggleAttribute("data-over", seconds > 60 * Number(element.dataset.planned));
  }
}
if (presents) setInterval(clock, 500);

// The size of the text of the projector in hundredths of its width: the largest at which a screen needs no scrolling.
// Below the smallest the last row could not read it, so what is longer scrolls.
const [LARGEST, SMALLEST, STEP] = [2.2, 1.25, 0.095];

function fit() {
  const screen = document.getElementById("projector-screen");
  if (!screen) return;
  const root = document.documentElement;
  const parts = [...screen.children].filter((part) => screen.children.length < 4 || !part.matches(".gallery"));
  const below = () => parseFloat(getComputedStyle(screen.closest(".page")).paddingBottom);
  const lowest = () => Math.max(...parts.map((part) => part.getBoundingClientRect().bottom + scrollY)) + below();
  const cut = () => [...screen.querySelectorAll(".equation, .prose table, .live-figures")].some((each) => each.scrollWidth > each.clientWidth + 1);
  const asks = screen.querySelector(":scope > .question-box ~ .projected-content, :scope > .revealed");
  const layouts = asks ? ["", "beside", "wide"] : ["", "stacked"];
  const tries = [];
  for (let size = LARGEST; size > SMALLEST; size -= STEP) tries.push(...layouts.map((layout) => [size, layout]));
  tries.push(...layouts.map((layout) => [SMALLEST, layout]));
  const set = ([size, layout]) => {
    root.style.fontSize = `${size}vw`;
    screen.dataset.layout = layout;
  };
  const fits = (one) => {
    set(one);
    return lowest() <= innerHeight && !cut();
  };
  if (tries.some(fits)) return;
  // What fits in no layout scrolls: in the shortest of those that cut nothing off.
  const whole = tries.slice(-layouts.length).map((one) => (set(one), { one, cut: cut(), height: lowest() }));
  set(whole.sort((a, b) => a.cut - b.cut || a.height - b.height)[0].one);
}

function show() {
  if (presents) clock();
  else fit();
}
document.addEventListener("htmx:afterSwap", show);
addEventListener("resize", show);
document.fonts?.ready.then(show);
show();
