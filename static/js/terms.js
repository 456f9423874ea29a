// Definitions of terms: beside a term that is pointed at, focused or tapped. Without this script a term is a link to the
// glossary, as it is for a click of the mouse and for Enter.
const box = document.createElement("div");
box.id = "term-definition";
box.popover = "manual";
box.setAttribute("role", "status");
document.body.append(box);

let definitions; // the entries of the glossary by their ids, fetched with the first term
let waiting;
let touched = false;

async function definition(link) {
  definitions ??= fetch(link.pathname).then(async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html"));
  return (await definitions).getElementById(link.hash.slice(1));
}

async function show(link) {
  const found = await definition(link).catch(() => (definitions = undefined));
  if (!found || !link.isConnected) return;
  box.replaceChildren(...[...found.cloneNode(true).childNodes]);
  box.showPopover();
  const at = link.getBoundingClientRect();
  const left = Math.min(at.left, document.documentElement.clientWidth - box.offsetWidth - 8);
  const below = at.bottom + 4 + box.offsetHeight < innerHeight;
  box.style.left = `${Math.max(8, left)}px`;
  box.style.top = `${below ? at.bottom + 4 : at.top - box.offsetHeight - 4}px`;
}

function hide() {
  clearTimeout(waiting);
  if (box.matches(":popover-open")) box.hidePopover();
}

function term({ target }) {
  return target.closest?.("a.term");
}

document.addEventListener("pointerdown", (event) => {
  touched = event.pointerType !== "mouse";
  if (!term(event) && !box.contains(event.target)) hide();
});
document.addEventListener("click", (event) => {
  if (!term(event) || !touched) return;
  event.preventDefault();
  show(term(event));
});
document.addEventListener("pointerover", (event) => {
  if (event.pointerType !== "mouse" || box.contains(event.target)) return;
  clearTimeout(waiting);
  waiting = setTimeout(term(event) ? show : hide, 300, term(event));
});
document.addEventListener("focusin", (event) => term(event) && show(term(event)));
document.addEventListener("focusout", (event) => term(event) && hide());
document.addEventListener("keydown", ({ key }) => key === "Escape" && hide());
document.addEventListener("scroll", hide, { passive: true, capture: true });
