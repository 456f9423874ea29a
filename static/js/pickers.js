// Adds a search to long selects. Short ones, and all of them without this script, remain native.
for (const select of document.querySelectorAll("select[data-picker]")) {
  if (select.options.length > 8) {
    const picker = new TomSelect(select, {
      maxOptions: null,
      refreshThrottle: 0, // a quick Enter must select by the typed text, not by the previous list
      plugins: select.multiple ? ["remove_button"] : [],
      placeholder: select.multiple ? "Add…" : "",
    });
    const input = picker.control_input;
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
    }
    select.ariaHidden = true; // the search field now has the label
    // Typing in the search must not trigger an update.
    for (const type of ["input", "change"]) input.addEventListener(type, (event) => event.stopPropagation());
  }
}
