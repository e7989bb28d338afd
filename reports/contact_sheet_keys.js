// The keyboard. Single letters can be switched off in the help (WCAG 2.1.4).

const help = one("#help");

const keysOfPage = {
  j: () => move(1),
  k: () => move(-1),
  ArrowRight: () => move(1),
  ArrowLeft: () => move(-1),
  ArrowDown: () => focused() !== undefined && move(perRow()),
  ArrowUp: () => focused() !== undefined && move(-perRow()),
  1: () => toggleOutcome("accept"),
  2: () => toggleOutcome("review"),
  3: () => toggleOutcome("retake"),
  v: () => nextView(),
  b: () => tools.elements.view.value !== "cards" && change("show", state.show === "after" ? "before" : "after"),
  "/": () => tools.elements.q.focus(),
  "?": () => help.showModal(),
  u: () => undo(),
  s: () => openSaving(),
};

const keysOfDetail = {
  j: () => step(1),
  k: () => step(-1),
  ArrowRight: () => step(1),
  ArrowLeft: () => step(-1),
  b: blink,
  y: () => answerByKey("approve"),
  c: () => answerByKey("keep"),
  t: () => answerByKey("retry"),
  n: () => answerByKey("upload"),
  x: () => answerByKey("refuse"),
  u: () => undo(),
  s: () => openSaving(),
  "?": () => help.showModal(),
};

/** Return the person whose card has the focus. */
function focused() {
  const card = document.activeElement?.closest?.(".card");
  return card ? Number(card.id.slice(1)) : undefined;
}

function focusPerson(person) {
  reveal(visible.indexOf(person) + 1);
  const name = one(".name", cards[person]);
  name.focus({ preventScroll: true });
  cards[person].scrollIntoView({ block: "nearest" });
}

/** Move the focus by so many shown portraits; from nowhere, to the first. */
function move(by) {
  if (!visible.length) return false;
  const place = visible.indexOf(focused());
  const next = place < 0 ? 0 : place + by;
  if (next < 0 || next >= visible.length) return false;
  focusPerson(visible[next]);
  return true;
}

function perRow() {
  return getComputedStyle(list).gridTemplateColumns.split(" ").length;
}

function toggleOutcome(outcome) {
  const wanted = wantedOutcomes();
  const next = wanted.includes(outcome) ? wanted.filter((other) => other !== outcome) : [...wanted, outcome];
  change("outcome", next.join(","));
}

function nextView() {
  const views = [...tools.elements.view].map((radio) => radio.value);
  change("view", views[(views.indexOf(state.view) + 1) % views.length]);
}

/** Whether a key belongs to the control it is pressed in. */
function typing(target, key) {
  if (target.matches("select, textarea, input:not([type=radio], [type=checkbox], [type=range])")) return true;
  return target.matches("input") && key.startsWith("Arrow");
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || help.open || saving.open) return;
  if (typing(event.target, event.key) || (event.key.length === 1 && state.keys === "off")) return;
  const keys = detail.open ? keysOfDetail : keysOfPage;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (!Object.hasOwn(keys, key) || keys[key]() === false) return;
  event.preventDefault();
});
