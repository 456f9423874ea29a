// The keys of presentation mode, also those of a clicker: left and right move the docked slider, N and P go through the
// examples, PageDown and PageUp through the walls, "?" lists them. Escape leaves; theme.js listens for it.
const STEP = 20; // of the 1000 places of a slider

function move(by, fine) {
  const range = document.querySelector(".sticky input[type=range]");
  const field = range && document.getElementById(range.dataset.for);
  if (!field) return;
  const before = field.value;
  if (!fine) {
    range.value = Number(range.value) + by * STEP;
    range.dispatchEvent(new Event("input", { bubbles: true }));
  }
  // A step too short to change a whole number goes to the next one.
  if (field.value === before) range.dispatchEvent(new KeyboardEvent("keydown", { key: by > 0 ? "ArrowRight" : "ArrowLeft" }));
}

function go(link) {
  if (link) location.assign(link.href);
}

function example(by) {
  const all = [...document.querySelectorAll(".presets a")];
  const now = all.findIndex((link) => link.ariaCurrent || link.dataset.left !== undefined);
  if (all.length) go(all[now < 0 && by < 0 ? all.length - 1 : (now + by + all.length) % all.length]);
}

const KEYS = {
  ArrowRight: ({ shiftKey }) => move(1, shiftKey),
  ArrowLeft: ({ shiftKey }) => move(-1, shiftKey),
  PageDown: () => go(document.querySelector("a[rel=next]")),
  PageUp: () => go(document.querySelector("a[rel=prev]")),
  n: () => example(1),
  p: () => example(-1),
  "?": () => document.getElementById("presentation-keys").togglePopover(),
};
const typing = (target) => target.matches?.("input:not([type=range], [type=radio]), select, textarea");
const arrows = (target) => target.matches?.("[type=radio], .plot, [role=button], .scroll"); // these have their own

document.addEventListener(
  "keydown",
  (event) => {
    const { key, target } = event;
    const press = KEYS[key.length === 1 ? key.toLowerCase() : key];
    if (!press || !event.isTrusted || event.ctrlKey || event.altKey || event.metaKey) return;
    if (!document.documentElement.classList.contains("projector") || document.querySelector(".dropdown-active")) return;
    if (key.startsWith("Page") ? target.matches?.("select, textarea") : typing(target)) return;
    if (key.startsWith("Arrow") && arrows(target)) return;
    event.preventDefault();
    event.stopPropagation();
    press(event);
  },
  true,
);
