// Clocks tick on the second. The server sends the instant a clock is due, the one from which it is
// due soon, and its own time; the state changes here by itself and only the change is announced.

const words = document.getElementById("p-live").dataset;
const [DAY, HOUR, MINUTE, SECOND] = words.units.split(" ");
const ICONS = { soon: "soon", late: "late" };

// The browser's clock may be wrong: measure it against the server's at the moment of the answer.
function serverAhead() {
  const sent = Date.parse(document.querySelector('meta[name="server-now"]').content);
  const [page] = performance.getEntriesByType("navigation");
  if (Number.isNaN(sent) || !page) return 0;
  return sent - (performance.timeOrigin + page.responseStart);
}

const ahead = serverAhead();

function pair(large, largeUnit, small, smallUnit) {
  return small ? `${large}${largeUnit} ${small}${smallUnit}` : `${large}${largeUnit}`;
}

function span(seconds) {
  const days = Math.floor(seconds / 86400);
  const hours = Math.floor((seconds % 86400) / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  if (days) return pair(days, DAY, hours, HOUR);
  if (hours) return pair(hours, HOUR, minutes, MINUTE);
  if (seconds < 120) return `${seconds}${SECOND}`;
  return `${minutes}${MINUTE} ${String(seconds % 60).padStart(2, "0")}${SECOND}`;
}

function stateAt(chip, now) {
  if (now >= Date.parse(chip.dataset.due)) return "late";
  const soon = Date.parse(chip.dataset.soon);
  return soon && now >= soon ? "soon" : chip.dataset.state;
}

function change(chip, state) {
  chip.dataset.state = state;
  const word = chip.querySelector("[data-word]");
  if (word) word.textContent = words[state];
  chip.querySelector("use").setAttribute("href", `${words.sprite}#${ICONS[state]}`);
  return `${chip.dataset.name}: ${words[state]}`;
}

function show(chip, now) {
  // Rounded down before the sign is set, so that the last second is 0 and not minus 0.
  const left = Math.trunc((Date.parse(chip.dataset.due) - now) / 1000);
  const figure = chip.querySelector("[data-figure]");
  const text = (left < 0 ? "\u2212" : "") + span(Math.abs(left));
  if (figure.textContent !== text) figure.textContent = text;
}

function tick() {
  const now = Date.now() + ahead;
  const changed = [];
  for (const chip of document.querySelectorAll("[data-clock]")) {
    const state = stateAt(chip, now);
    if (state !== chip.dataset.state) changed.push(change(chip, state));
    show(chip, now);
  }
  if (changed.length) {
    document.dispatchEvent(new CustomEvent("parley:say", { detail: changed.join(". ") }));
  }
}

let timer = 0;

function schedule() {
  timer = window.setTimeout(() => { tick(); schedule(); }, 1000 - ((Date.now() + ahead) % 1000));
}

function run() {
  window.clearTimeout(timer);
  if (document.hidden) return;
  tick();
  schedule();
}

document.addEventListener("visibilitychange", run);
run();
