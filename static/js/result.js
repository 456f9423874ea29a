// Around an update: announces the result to screen readers, keeps details elements open, connects errors to their
// fields, reports a lost connection. Also copies links.
const opened = new Map();
const narrow = matchMedia("(max-width: 60rem)");
const lost = document.getElementById("connection-lost");
let saying;

function refold() {
  for (const fold of document.querySelectorAll("details[id]")) {
    if (opened.has(fold.id)) fold.open = opened.get(fold.id);
    else if (narrow.matches && fold.dataset.open === "wide") fold.open = false;
  }
}

// An equation wider than its row scrolls, so it must be focusable by keyboard.
function reach() {
  for (const math of document.querySelectorAll(".math")) if (math.scrollWidth > math.clientWidth) math.tabIndex = 0;
}

// Debounced: a moving slider would flood a screen reader.
function settle() {
  clearTimeout(saying);
  saying = setTimeout(() => {
    reach();
    const announcer = document.getElementById("announcer");
    const verdict = document.querySelector(".verdict");
    if (announcer && verdict) announcer.textContent = verdict.textContent;
  }, 700);
}

// An update brings only the errors there are now.
function clearErrors() {
  for (const error of document.querySelectorAll("#inputs .field-error, #inputs .form-error")) error.textContent = "";
}

// The form is never swapped, so that focus and half-typed text are kept; errors are connected to its fields here. A
// class on the page, rather than :has(), marks that a field is invalid: :has() restyles every element at each update.
function markErrors() {
  const wrong = [...document.querySelectorAll(".field-error, .form-error")].filter((error) => error.textContent !== "");
  document.documentElement.classList.toggle("has-errors", wrong.length > 0);
  for (const control of document.querySelectorAll("#inputs [aria-describedby]")) {
    const named = control.getAttribute("aria-describedby").split(" ");
    control.ariaInvalid = wrong.some((error) => named.includes(error.id));
  }
  for (const error of wrong) error.closest("details")?.setAttribute("open", "");
}

async function copy(button) {
  const text = button.dataset.copy ? document.querySelector(button.dataset.copy).textContent : location.href;
  const said = document.getElementById("copy-status");
  said.textContent = await navigator.clipboard.writeText(text).then(
    () => "Copied.",
    () => `Copy this: ${text}`, // without https there is no clipboard
  );
  setTimeout(() => (said.textContent = ""), 5000);
}

document.addEventListener("toggle", ({ target }) => target.id && opened.set(target.id, target.open), true);
// htmx cleans up every removed element, one by one, which takes most of an update's time for a long result. These
// elements need no cleanup.
document.addEventListener("htmx:beforeSwap", ({ target, detail }) => {
  if (detail.requestConfig.elt.id === "inputs" && [200, 422].includes(detail.xhr.status)) clearErrors();
  if (detail.xhr.status === 200) for (const part of target.querySelectorAll(".result-details, table")) part.replaceChildren();
});
document.addEventListener("htmx:afterSwap", () => {
  refold();
  settle();
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  markErrors();
  if (detail.successful || detail.xhr.status === 422) lost.hidden = true;
});
// Where the server refuses an update for now, its answer is the reason.
for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(failure, ({ detail }) => {
    const refused = [429, 503].includes(detail.xhr.status) && detail.xhr.getResponseHeader("Content-Type")?.startsWith("text/plain");
    lost.querySelector("span").textContent = refused ? detail.xhr.responseText : "Connection lost. Showing the last result.";
    lost.hidden = false;
  });
}
document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-copy]")) copy(target.closest("[data-copy]"));
  if (target.closest("[data-retry]")) document.querySelector("form[hx-get]").requestSubmit();
});
document.addEventListener("submit", ({ target }) => {
  const address = target.querySelector("[data-address]");
  if (address) address.value = location.pathname + location.search;
});
refold();
reach();
