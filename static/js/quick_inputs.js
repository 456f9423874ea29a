// The buttons above the result, each of which opens a field of the form (or the examples) as a popover where it stands:
// the field itself, so that there is one of each. Escape and a click outside close it.
function opener(button) {
  const select = document.getElementById(button.dataset.field);
  const target = select?.closest(".field") ?? document.getElementById(button.dataset.opens);
  if (!target?.showPopover) return button.remove();
  const name = () => {
    const chosen = select.tomselect?.options[select.value]?.text ?? select.selectedOptions[0]?.textContent;
    button.querySelector("b").textContent = select.value ? chosen.trim() : "";
  };

  function open() {
    target.popover = "auto";
    target.showPopover({ source: button });
    button.setAttribute("aria-expanded", "true");
    if (select?.tomselect) select.tomselect.focus();
    else target.querySelector("select, a")?.focus();
  }

  target.addEventListener("toggle", (event) => {
    if (event.target !== target || event.newState === "open") return;
    target.removeAttribute("popover");
    button.setAttribute("aria-expanded", "false");
    if (target.contains(document.activeElement) || document.activeElement === document.body) button.focus();
  });
  button.setAttribute("aria-haspopup", "dialog");
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", () => (target.popover ? target.hidePopover() : open()));
  if (!select) return;
  name();
  for (const type of ["input", "change"]) {
    select.addEventListener(type, () => {
      name();
      if (target.popover) target.hidePopover();
    });
  }
}

for (const button of document.querySelectorAll(".quick-inputs button")) opener(button);
