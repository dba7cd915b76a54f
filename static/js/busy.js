// A form that was sent shows it on its own button and cannot be sent twice. The button is not
// disabled: that would drop its value from what is sent, and the focus with it.

function hold(button) {
  button.setAttribute("aria-busy", "true");
  button.setAttribute("aria-disabled", "true");
}

function free(button) {
  button.removeAttribute("aria-busy");
  button.removeAttribute("aria-disabled");
}

function release(form) {
  delete form.dataset.sent;
  form.querySelectorAll('[aria-busy="true"]').forEach(free);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "dialog") return;
  if (form.dataset.sent) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  if (form.method === "get") return;
  form.dataset.sent = "1";
  const button = event.submitter || form.querySelector('[type="submit"]');
  if (button) hold(button);
}, true);

// A button that sends by itself, in a row of a list, waits in the same way.
document.addEventListener("click", (event) => {
  if (!event.target.closest('button[aria-busy="true"]')) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.matches("button")) hold(event.detail.elt);
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt.matches("button")) free(event.detail.elt);
});

// A page taken back from the browser's memory must not stay busy for ever.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(release);
});
