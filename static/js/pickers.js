// Adds a search to long selects. Short ones, and all of them without this script, remain native.
function search(part) {
  for (const select of part.querySelectorAll("select[data-picker]:not(.tomselected)")) {
    if (select.options.length <= 8) continue;
    const picker = new TomSelect(select, {
      maxOptions: null,
      refreshThrottle: 0, // a quick Enter must select by the typed text, not by the previous list
      plugins: select.multiple ? ["remove_button"] : [],
      placeholder: select.multiple ? "Add…" : "",
      // What begins a word comes before what is within one; of equal matches the first listed, which is the newest.
      score(typed) {
        const first = typed.trim().toLowerCase();
        const matches = this.getScoreFunction(typed);
        return (option) => matches(option) && (` ${option.text.toLowerCase()}`.includes(` ${first}`) ? 2 : 1);
      },
      allowEmptyOption: !select.multiple, // what a fleet brings, or nothing, can be chosen again
    });
    const input = picker.control_input;
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
    }
    select.ariaHidden = true; // the search field now has the label
    // The value chosen so far gives way to the text that is typed.
    const type = (typed) => picker.wrapper.classList.toggle("typing", Boolean(typed));
    picker.on("type", type);
    for (const done of ["item_add", "blur", "dropdown_close"]) picker.on(done, () => type(picker.control_input.value));
    // Typing in the search must not trigger an update.
    for (const type of ["input", "change"]) input.addEventListener(type, (event) => event.stopPropagation());
  }
}
search(document);
document.addEventListener("htmx:load", ({ target }) => search(target)); // a form that was swapped in
