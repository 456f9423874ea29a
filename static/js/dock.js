// The slider docked at the foot of the window on phones and in presentation mode: at first that of the input along the
// first chart's x axis, so that the point moves along the curve; otherwise the first. A reader can dock another.
function along() {
  const script = document.querySelector("script.figure-plot");
  const { meta = {} } = script ? JSON.parse(script.textContent).layout : {};
  return document.querySelector(`.has-slider:has(#in-${meta.along ?? meta.field ?? "none"})`);
}

function hold(field) {
  const before = document.querySelector(".sticky");
  before?.classList.remove("sticky");
  before?.querySelector(".pin")?.setAttribute("aria-pressed", "false");
  if (!field) return;
  field.classList.add("sticky");
  field.querySelector(".pin")?.setAttribute("aria-pressed", "true");
  const fold = field.closest("details");
  if (fold && document.documentElement.classList.contains("docked")) fold.open = true;
}

hold(along() ?? document.querySelector(".has-slider"));
document.addEventListener("click", ({ target }) => target.closest(".pin") && hold(target.closest(".has-slider")));
