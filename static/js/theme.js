// Light, dark and projector mode. Runs in head, before the first paint, so that a saved theme applies without a flash.
(() => {
  const root = document.documentElement;
  const THEMES = ["auto", "light", "dark"];
  const narrow = matchMedia("(max-width: 60rem)");
  let theme = "auto";
  let projector = false;
  try {
    theme = localStorage.getItem("theme") ?? "auto";
    projector = sessionStorage.getItem("projector") === "on";
  } catch {} // storage may be disabled; the choice then applies to this page only

  function show(as = theme) {
    if (as === "auto") delete root.dataset.theme;
    else root.dataset.theme = as;
    root.classList.toggle("projector", projector);
    root.classList.toggle("docked", projector || narrow.matches); // docks the main slider, see form.css
    for (const button of document.querySelectorAll("[data-theme-switch]")) button.textContent = `Appearance: ${theme === "auto" ? "system" : theme}`;
  }

  function change(as) {
    show(as);
    document.dispatchEvent(new Event("themechange")); // charts are redrawn in the new colours, see figures.js
  }

  function keep() {
    change();
    try {
      localStorage.setItem("theme", theme);
      sessionStorage.setItem("projector", projector ? "on" : "off");
    } catch {}
  }

  root.classList.add("js");
  show();
  narrow.addEventListener("change", () => change());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => change());
  addEventListener("beforeprint", () => change("light"));
  addEventListener("afterprint", () => change());
  document.addEventListener("DOMContentLoaded", () => show());
  document.addEventListener("click", ({ target }) => {
    if (target.closest("[data-theme-switch]")) {
      theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
      keep();
    } else if (target.closest("[data-projector]")) {
      projector = !projector;
      keep();
    }
  });
  // Escape closes what is open first.
  document.addEventListener("keydown", ({ key, defaultPrevented }) => {
    if (key === "Escape" && projector && !defaultPrevented && !document.querySelector(":popover-open, .dropdown-active")) {
      projector = false;
      keep();
    }
  });
})();
