// Puts the shipped figure into its field. The row is changed when the form is saved.
document.addEventListener("click", (event) => {
  const button = event.target.closest(".take-shipped");
  if (!button) return;
  const field = document.getElementById(button.dataset.field);
  field.value = button.dataset.value;
  field.dispatchEvent(new Event("change", { bubbles: true }));
  field.focus();
});
