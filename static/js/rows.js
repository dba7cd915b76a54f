// Lists that change in place: the focus stays where the reader was, what happened is said, and the
// bar of news asks only while somebody looks and speaks only when there is more of it.

let pending = null;

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt } = event.detail;
  if (elt.hasAttribute("data-quiet") && document.hidden) event.preventDefault();
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr } = event.detail;
  const { elt } = event.detail.requestConfig;
  // The same news again would be read out again.
  if (target.id === "p-fresh") {
    const next = new DOMParser().parseFromString(event.detail.serverResponse, "text/html").body;
    if (next.textContent.trim() === target.textContent.trim()) event.detail.shouldSwap = false;
  }
  const refusals = document.getElementById("p-refused");
  if (refusals && refusals !== target && !elt.closest("[data-quiet]")) refusals.replaceChildren();
  const row = elt.closest("[data-row]");
  pending = row && xhr.status < 300
    ? { id: row.id, focused: row.contains(document.activeElement), said: elt.dataset.said }
    : null;
});

document.addEventListener("htmx:afterSettle", () => {
  if (!pending) return;
  const { id, focused, said } = pending;
  pending = null;
  const link = document.getElementById(id)?.querySelector("a");
  if (focused && link) link.focus();
  if (said) document.dispatchEvent(new CustomEvent("parley:say", { detail: said }));
});
