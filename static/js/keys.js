// Shortcuts. They can be turned off in the list that `?` shows; the choice stays in this browser.

const STORE = "parley.keys";
const dialog = document.getElementById("p-keys");
const choice = dialog.querySelector("[data-keys-on]");
let before = "";

function read() {
  try { return window.localStorage.getItem(STORE) !== "off"; } catch { return true; }
}

function write(on) {
  try { window.localStorage.setItem(STORE, on ? "on" : "off"); } catch { /* private mode */ }
}

function isTyping(target) {
  return target.isContentEditable || target.matches("select, textarea, input:not([type=radio], [type=checkbox])");
}

function showKeys() {
  for (const menu of document.querySelectorAll("[data-pop][open]")) menu.open = false;
  choice.checked = read();
  dialog.showModal();
}

function search() {
  const field = [...document.querySelectorAll("[data-search]")].find((each) => each.offsetParent);
  if (field) field.focus(); else document.querySelector(".p-find-link").click();
}

function move(step) {
  const links = [...document.querySelectorAll("[data-row] :is(.p-row-title a, [data-row-link])")];
  if (!links.length) return;
  const row = document.activeElement.closest("[data-row]");
  const here = row ? links.findIndex((link) => row.contains(link)) : -1;
  const next = here < 0 ? 0 : Math.min(Math.max(here + step, 0), links.length - 1);
  links[next].focus();
}

function act(key) {
  const row = document.activeElement.closest("[data-row]");
  const rows = document.querySelector("[data-row]");
  // In a list a key acts on the row with the focus only, never on whichever comes first.
  if (rows && !row) return;
  (row || document).querySelector(`[data-hotkey="${key}"]`)?.click();
}

const KEYS = {
  "/": search,
  "?": showKeys,
  j: () => move(1),
  k: () => move(-1),
  a: () => act("a"),
  c: () => act("c"),
  e: () => act("e"),
};

// After `g`: where to go.
const PLACES = { i: "[data-inbox]", a: "[data-approvals]" };

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat && key !== "j" && key !== "k") return;
  if (event.defaultPrevented || isTyping(target) || dialog.open || !read()) return;
  const place = before === "g" && PLACES[key];
  before = key;
  if (place) {
    event.preventDefault();
    document.querySelector(place)?.click();
  } else if (KEYS[key]) {
    event.preventDefault();
    KEYS[key]();
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-open-keys]")) showKeys();
});

choice.addEventListener("change", () => write(choice.checked));
