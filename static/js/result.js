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
    announce([changed, state(), figures()].filter(Boolean).join(" "));
  }, 700);
}

function announce(words) {
  const announcer = document.getElementById("announcer");
  if (announcer) announcer.textContent = words;
}

// The words of a field as it is after a change: "Batch size 64.", "Model Llama 3 8B."
let changed = "";
function words(field) {
  const label = field.querySelector("label, legend").textContent.trim();
  const input = field.querySelector(".typed input[type=text]");
  const select = field.querySelector("select");
  if (input) return `${label} ${input.value} ${field.querySelector(".unit:last-of-type:not([hidden])")?.textContent ?? ""}`.trim() + ".";
  const chosen = select ? select.selectedOptions[0] : field.querySelector(":checked")?.parentElement;
  return `${label} ${chosen?.textContent.trim() ?? ""}.`;
}

// The state that the verdict begins with, or all of a verdict without one.
function state() {
  const verdict = document.querySelector(".verdict");
  return (verdict?.querySelector(".state") ?? verdict)?.textContent ?? "";
}

// The first two headline figures: "Latency 5.12 ms, throughput 195/s."
function figures() {
  const first = [...document.querySelectorAll(".cards .card, .key-figures > div")].slice(0, 2);
  const told = first.map((card) => ["dt", "dd"].map((part) => card.querySelector(part)?.firstChild?.textContent.trim()).join(" "));
  return told.length ? `${told.join(", ")}.` : "";
}

// An update brings only the errors there are now.
function clearErrors() {
  for (const error of document.querySelectorAll("#inputs .field-error, #inputs .form-error")) error.textContent = "";
}

// The form is never swapped, so that focus and half-typed text are kept; errors are connected to its fields here. A
// class on the page, rather than :has(), marks that a field is invalid: :has() restyles every element at each update.
function markErrors() {
  const wrong = [...document.querySelectorAll(".field-error, .form-error")].filter((error) => error.textContent.trim());
  document.documentElement.classList.toggle("has-errors", wrong.length > 0);
  for (const control of document.querySelectorAll("#inputs [aria-describedby]")) {
    const named = control.getAttribute("aria-describedby").split(" ");
    control.ariaInvalid = wrong.some((error) => named.includes(error.id));
  }
  for (const error of wrong) error.closest("details")?.setAttribute("open", "");
  return wrong.filter((error) => error.classList.contains("field-error")).length || wrong.length;
}

// A link of the list of errors leads to its field, also to one whose picker replaced the select.
function goTo(link, event) {
  const field = document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  field.closest("details")?.setAttribute("open", "");
  (field.tomselect ?? field).focus();
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

// htmx sends the button that has the focus with every request of its form, also with one that typing has caused. A
// button, which may remove a row, acts only where it is pressed.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (!(detail.elt instanceof HTMLFormElement)) return;
  const pressed = detail.triggeringEvent?.submitter?.name;
  for (const { type, name } of detail.elt.elements) if (type === "submit" && name && name !== pressed) detail.formData.delete(name);
});

// Enter would ask again what the last key has asked, although that has been answered.
let answered;
const questionOf = (formData) => new URLSearchParams([...formData.entries()].filter(([, value]) => typeof value === "string")).toString();
document.addEventListener("htmx:configRequest", (event) => {
  const { elt, formData, triggeringEvent } = event.detail;
  if (elt.id === "inputs" && triggeringEvent?.type === "submit" && questionOf(formData) === answered) event.preventDefault();
});
document.addEventListener("htmx:afterRequest", ({ detail: { requestConfig, xhr } }) => {
  if (requestConfig?.elt.id === "inputs" && [200, 422].includes(xhr.status)) answered = questionOf(requestConfig.formData);
});

// Marks the example whose question is now the page's, whatever the order of its inputs; the examples are not swapped.
function asked({ pathname, search }) {
  const query = new URLSearchParams(search);
  query.sort();
  return `${pathname}?${query}`;
}
document.addEventListener("htmx:replacedInHistory", () => {
  const chips = [...document.querySelectorAll("#examples .chip")];
  const now = chips.find((chip) => asked(chip) === asked(location));
  for (const chip of chips) {
    if (now) delete chip.dataset.left;
    else if (chip.ariaCurrent) chip.dataset.left = ""; // from which presentation mode goes on to the next
    chip.ariaCurrent = chip === now ? "true" : null;
  }
});

document.addEventListener("toggle", ({ target }) => target.id && opened.set(target.id, target.open), true);
// htmx cleans up every removed element, one by one, which takes most of an update's time for a long result. These
// elements need no cleanup, unless something in them stays.
const UNUSED = ".result-details, table:not(:has([hx-preserve]))";
document.addEventListener("htmx:beforeSwap", ({ target, detail }) => {
  if (detail.requestConfig.elt.id === "inputs" && [200, 422].includes(detail.xhr.status)) clearErrors();
  if (detail.xhr.status === 200) for (const part of target.querySelectorAll(UNUSED)) part.replaceChildren();
});
document.addEventListener("htmx:afterSwap", () => {
  refold();
  settle();
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const count = markErrors();
  if (detail.xhr.status === 422) {
    clearTimeout(saying);
    saying = setTimeout(() => announce(`Result not updated: ${count} ${count === 1 ? "error" : "errors"}.`), 700);
  }
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
for (const type of ["input", "change"]) {
  document.addEventListener(type, ({ target }) => {
    const field = target.closest("#inputs .field");
    if (field) changed = words(field);
  });
}
document.addEventListener("click", (event) => {
  const { target } = event;
  if (target.closest("#errors a")) goTo(target.closest("#errors a"), event);
  if (target.closest("[data-copy]")) copy(target.closest("[data-copy]"));
  if (target.closest("[data-retry]")) document.querySelector("form[hx-get]").requestSubmit();
});
document.addEventListener("submit", ({ target }) => {
  const address = target.querySelector("[data-address]");
  if (address) address.value = location.pathname + location.search;
});
refold();
reach();

// A verdict that is cut to some lines, so that the chart below it stays where it is, ends in a button that shows them all.
let whole = false;
function cut() {
  for (const verdict of document.querySelectorAll(".verdict")) {
    verdict.classList.remove("whole");
    const more = verdict.scrollHeight > verdict.clientHeight + 1;
    let button = verdict.querySelector(".more");
    if (more && !button) {
      button = Object.assign(document.createElement("button"), { type: "button", className: "more" });
      verdict.append(" ", button);
    }
    if (!button) continue;
    verdict.classList.toggle("whole", more && whole);
    button.hidden = !more;
    button.textContent = whole ? "Less" : "More";
    button.ariaExpanded = String(whole);
  }
}
document.addEventListener("click", ({ target }) => {
  if (!target.closest(".verdict > .more")) return;
  whole = !whole;
  cut();
});
for (const type of ["htmx:afterSwap", "resize"]) addEventListener(type, cut);
cut();

// Says above a table that it scrolls, where it does; the shadow at its edge alone is easily missed.
function hint() {
  for (const each of document.querySelectorAll(".scroll-hint")) {
    const frame = each.nextElementSibling;
    each.classList.toggle("needed", frame.scrollWidth > frame.clientWidth + 1);
  }
}
for (const type of ["htmx:afterSettle", "resize"]) addEventListener(type, hint);
hint();
