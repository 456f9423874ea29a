// The page of all fallacies. As cards: one at a time, a prediction first, then the answer. As a list: a search. Without
// this script all of them are listed, each answer in its fold.
const claims = document.querySelector(".claims");
const cards = [...claims.querySelectorAll(".fallacy")];
const sections = [...claims.querySelectorAll(".claims-domain, .claims-wall")];
const score = { right: 0, of: 0 };
let now = 0;

// Shows these cards and the sections they are in.
function show(shown) {
  for (const card of cards) card.hidden = !shown.includes(card);
  for (const section of sections) section.hidden = !shown.some((card) => section.contains(card));
}

function turn(to) {
  now = (to + cards.length) % cards.length;
  show([cards[now]]);
  const told = score.of ? `, ${score.right} of ${score.of} predicted` : "";
  claims.querySelector(".card-count").textContent = `${now + 1} of ${cards.length}${told}`;
}

// A link to a wall or a domain leads to its first card.
function follow() {
  const section = location.hash && document.getElementById(location.hash.slice(1));
  turn(Math.max(0, section ? cards.findIndex((card) => section.contains(card)) : now));
}

function guess(button) {
  const group = button.parentElement;
  if (group.dataset.done !== undefined) return;
  group.dataset.done = "";
  button.ariaPressed = "true";
  const right = button.dataset.guess === "right";
  score.of += 1;
  score.right += right ? 1 : 0;
  group.querySelector(".guessed").textContent = right ? "Correct." : `No: ${group.querySelector("[data-guess=right]").textContent.toLowerCase()}.`;
  group.nextElementSibling.open = true;
}

function search(typed) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  show(cards.filter((card) => words.every((word) => card.closest(".claims-wall").querySelector("h3").textContent.toLowerCase().includes(word) || card.textContent.toLowerCase().includes(word))));
}

claims.addEventListener("click", ({ target }) => {
  if (target.dataset.step) turn(now + Number(target.dataset.step));
  if (target.dataset.guess) guess(target);
});
claims.querySelector(".claim-search")?.addEventListener("input", ({ target }) => search(target.value));
if (claims.dataset.cards !== undefined) {
  addEventListener("hashchange", follow);
  follow();
}
