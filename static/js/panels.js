// Panels that a link opens in place, menus that close, and parts folded on a small screen. Without
// this file a panel still opens by its link's target and a menu by its summary.

const SMALL = window.matchMedia("(max-width: 48rem)");

function close(panel) {
  panel.classList.remove("p-open");
  const opener = document.querySelector(`[data-panel][href="#${panel.id}"]`);
  if (opener) opener.setAttribute("aria-expanded", "false");
  return opener;
}

function open(panel, opener) {
  document.querySelectorAll(".p-panel.p-open").forEach(close);
  panel.classList.add("p-open");
  opener.setAttribute("aria-expanded", "true");
  const first = panel.querySelector("input:not([type=hidden]), select, textarea");
  (first || panel).focus({ preventScroll: true });
  panel.scrollIntoView({ block: "nearest" });
}

for (const opener of document.querySelectorAll("[data-panel]")) {
  const panel = document.querySelector(opener.getAttribute("href"));
  opener.setAttribute("role", "button");
  opener.setAttribute("aria-expanded", String(panel.classList.contains("p-open")));
  opener.setAttribute("aria-controls", panel.id);
  // A link that is announced as a button has to answer the space bar as one.
  opener.addEventListener("keydown", (event) => {
    if (event.key === " ") { event.preventDefault(); opener.click(); }
  });
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-panel]");
  if (opener) {
    event.preventDefault();
    const panel = document.querySelector(opener.getAttribute("href"));
    const menu = opener.closest("[data-pop]");
    if (menu) menu.open = false;
    if (panel.classList.contains("p-open")) close(panel); else open(panel, opener);
    return;
  }
  const closer = event.target.closest("[data-panel-close]");
  if (closer) {
    event.preventDefault();
    const back = close(closer.closest(".p-panel"));
    if (window.location.hash) window.history.replaceState(null, "", window.location.pathname + window.location.search);
    if (back) (back.closest("[data-pop]")?.querySelector("summary") || back).focus();
  }
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("[data-pop][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("[data-pop][open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

if (SMALL.matches) {
  for (const part of document.querySelectorAll("details[data-fold]")) part.open = false;
}
