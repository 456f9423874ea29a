// The examples above a form are one stop of the Tab key: arrow keys, Home and End move among them.
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

function rove(list) {
  const links = [...list.querySelectorAll("a")];
  const hold = (link) => links.forEach((each) => (each.tabIndex = each === link ? 0 : -1));
  hold(links.find((link) => link.ariaCurrent) ?? links[0]);
  list.addEventListener("focusin", ({ target }) => hold(target));
  list.addEventListener("keydown", (event) => {
    const now = links.indexOf(document.activeElement);
    const to = { Home: 0, End: links.length - 1 }[event.key] ?? (now + STEPS[event.key] + links.length) % links.length;
    if (now < 0 || !(to in links) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    links[to].focus();
  });
}

for (const list of document.querySelectorAll(".presets ul")) if (list.querySelector("a")) rove(list);
