// What is said to the reader: a polite line for screen readers, messages that can be closed, and
// the failure of a request the page made by itself.

const live = document.getElementById("p-live");
document.documentElement.classList.add("p-js");

document.addEventListener("parley:say", (event) => {
  // Cleared first, so that the same words said twice are read twice.
  live.textContent = "";
  window.setTimeout(() => { live.textContent = event.detail; }, 50);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-dismiss]");
  if (!button) return;
  button.closest(".p-said").remove();
  document.getElementById("main").focus();
});

function tellFailure(event) {
  const { elt, xhr } = event.detail;
  if (elt.closest("[data-quiet]")) return;
  const message = document.getElementById("p-failed").content.cloneNode(true);
  const place = message.querySelector("[data-request-id]");
  const id = xhr && xhr.getResponseHeader("X-Request-Id");
  if (id) place.textContent = `${place.dataset.words} ${id}`;
  const said = document.getElementById("p-saids");
  said.replaceChildren(message);
  said.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:responseError", tellFailure);
document.addEventListener("htmx:sendError", tellFailure);
document.addEventListener("htmx:timeout", tellFailure);

// After an error the summary comes first, so that it is read first.
const errors = document.querySelector("[data-errors]");
if (errors) errors.focus();
