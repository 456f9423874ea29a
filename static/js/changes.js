// Shows what an update changed: compares each figure (data-key, data-value) with its previous value.
let before = new Map();

function told() {
  return new Map([...document.querySelectorAll("[data-key]")].map((each) => [each.dataset.key, Number(each.dataset.value || NaN)]));
}

// Returns "▲ 12%", or the ratio for large changes.
function words(was, now) {
  const ratio = now / was;
  const arrow = now > was ? "▲" : "▼";
  if (!Number.isFinite(ratio) || ratio <= 0) return arrow;
  if (ratio > 2 || ratio < 0.5) return `${arrow} ×${ratio.toPrecision(2)}`;
  return `${arrow} ${Math.abs(100 * (ratio - 1)).toPrecision(2)}%`;
}

function mark() {
  for (const each of document.querySelectorAll("[data-key]")) {
    const [was, now] = [before.get(each.dataset.key), Number(each.dataset.value || NaN)];
    const moved = Number.isFinite(was) && Number.isFinite(now) && Math.abs(now - was) > 1e-4 * Math.abs(was);
    each.toggleAttribute("data-change", moved);
    each.querySelector(".change").textContent = moved ? words(was, now) : "";
  }
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => detail.xhr.status === 200 && (before = told()));
document.addEventListener("htmx:afterSwap", mark);
