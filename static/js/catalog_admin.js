// Puts the shipped figure into its field. The row is changed when the form is saved.
document.addEventListener("click", (event) => {
  const button = event.target.closest(".take-shipped");
  if (!button) return;
  const field = document.getElementById(button.dataset.field);
  field.value = button.dataset.value;
  field.dispatchEvent(new Event("change", { bubbles: true }));
  field.focus();
});

// Names the required fields that are empty before the form is sent. The preview needs none of them.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.querySelector("[data-required]") || event.submitter?.classList.contains("preview")) return;
  form.querySelectorAll(".missing").forEach((note) => note.remove());
  const missing = [...form.querySelectorAll("[data-required]")].filter((field) => !field.value.trim());
  if (!missing.length) return;
  event.preventDefault();
  for (const field of missing) {
    const note = document.createElement("p");
    note.className = "missing";
    note.id = `${field.id}-missing`;
    note.textContent = field.dataset.required;
    field.closest(".flex-container, .form-row").before(note);
    field.setAttribute("aria-describedby", [...new Set([note.id, ...(field.getAttribute("aria-describedby") || "").split(" ")])].join(" ").trim());
  }
  const summary = document.createElement("p");
  summary.className = "errornote missing";
  summary.setAttribute("role", "alert");
  summary.textContent = `Not saved: ${missing.map((field) => field.dataset.required).join(" ")}`;
  form.prepend(summary);
  missing[0].focus();
});
