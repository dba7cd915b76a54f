// A button that copies a field's text, and says so. Where the browser does not let it, the field is
// selected, so that one press of the keyboard copies it. It is shown once it works: a slow connection
// brings the page before this script, and a press before that would do nothing.

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const said = button.parentElement.querySelector("[data-copy-said]");
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      said.textContent = said.dataset.copySaid;
    } catch {
      field.focus();
      said.textContent = said.dataset.copyFailed;
    }
  });
  button.hidden = false;
}
