// Long selects get a search. Short ones, and all of them without this script, stay what the browser makes of them.
for (const select of document.querySelectorAll("select[data-picker]")) {
  if (select.options.length > 8) {
    const picker = new TomSelect(select, {
      maxOptions: null,
      refreshThrottle: 0, // a quick Enter takes what was typed, not what was shown before
      plugins: select.multiple ? ["remove_button"] : [],
      placeholder: select.multiple ? "Add…" : "",
      allowEmptyOption: !select.multiple, // what a fleet brings, or nothing, can be chosen again
    });
    const input = picker.control_input;
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
    }
    select.ariaHidden = true; // its label is the search's now
    // What is typed to search is no change of the question.
    for (const type of ["input", "change"]) input.addEventListener(type, (event) => event.stopPropagation());
  }
}
