// The world map: outlines are fetched once and stay through updates; what an update says of each country is put on them.
const said = () => document.getElementById("world-label");
let told = {};

function show() {
  const data = document.getElementById("world-data");
  if (!data) return;
  told = JSON.parse(data.textContent);
  const { picked, country: within } = data.dataset;
  for (const path of document.querySelectorAll("#world path")) {
    const country = told[path.dataset.iso];
    path.dataset.band = country ? country.band : "none";
    path.toggleAttribute("data-picked", country?.slug === picked || (within !== "" && path.dataset.iso === within));
    path.setAttribute("aria-label", country ? country.words : `${path.dataset.name}: unknown`);
    const tip = path.querySelector("title") ?? path.appendChild(document.createElementNS(path.namespaceURI, "title"));
    tip.textContent = path.getAttribute("aria-label");
    if (country) path.tabIndex = -1;
    else path.removeAttribute("tabindex");
  }
  const reached = places();
  const first = reached.find((path) => path.hasAttribute("data-picked")) ?? reached[0];
  if (first) first.tabIndex = 0;
}

// The countries with a figure in alphabetical order. The map is one Tab stop; the arrow keys go from one to the next.
const places = () =>
  [...document.querySelectorAll("#world path[tabindex]")].sort((one, other) => one.dataset.name.localeCompare(other.dataset.name));

function walk({ key, target }) {
  const all = places();
  const at = all.indexOf(target);
  const next = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[key];
  if (at < 0 || next === undefined || !all[next]) return false;
  target.tabIndex = -1;
  all[next].tabIndex = 0;
  all[next].focus();
  return true;
}

function pick({ target }) {
  const country = told[target.dataset?.iso];
  const select = document.getElementById("in-grid"); // saved pages have no form
  if (!country || !select) return;
  const region = document.getElementById("in-region"); // it would replace the country
  if (region?.tomselect) region.tomselect.clear(true);
  else if (region) region.value = "";
  if (select.tomselect) select.tomselect.setValue(country.slug);
  else select.value = country.slug;
  select.dispatchEvent(new Event("input", { bubbles: true }));
}

async function draw() {
  const world = document.getElementById("world");
  if (!world) return;
  const answer = await fetch(world.dataset.outlines);
  const svg = new DOMParser().parseFromString(await answer.text(), "image/svg+xml").documentElement;
  svg.setAttribute("role", "group");
  svg.setAttribute("aria-label", "Map of the world by carbon intensity");
  const role = document.getElementById("in-grid") ? "button" : "img";
  for (const path of svg.querySelectorAll("path")) path.setAttribute("role", role);
  world.replaceChildren(svg);
  const tell = ({ target }) => target.dataset?.iso !== undefined && (said().textContent = target.getAttribute("aria-label"));
  world.addEventListener("pointerover", tell);
  world.addEventListener("focusin", tell);
  world.addEventListener("click", pick);
  world.addEventListener("keydown", (event) => {
    if (walk(event)) event.preventDefault();
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    pick(event);
  });
  show();
}

document.addEventListener("htmx:afterSwap", show);
draw();
