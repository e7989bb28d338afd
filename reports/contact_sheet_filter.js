// Which portraits are shown, and in which order.

let order = everyone; // all people in the order of the page
let visible = everyone; // those that match, in the same order

const portion = 300; // so many cards are laid out at first and with each step down
const more = one("#more");
let limit = portion;

/** Let the page hold this many of the matching cards, so that 5,000 stay as quick as 300. */
function reveal(count) {
  for (const person of visible.slice(limit, count)) cards[person].hidden = false;
  limit = Math.max(limit, Math.min(count, visible.length));
  more.hidden = limit >= visible.length;
}

/** Return, per person, whether each of the filters lets them through. */
function tests() {
  const words = plain(state.q).split(/\s+/).filter(Boolean);
  const outcomes = wantedOutcomes();
  const department = data.departments.indexOf(state.department);
  const reason = data.reasons.findIndex(({ code }) => (code || "-") === state.reason);
  return {
    outcome: (person) => !outcomes.length || outcomes.includes(people.outcome[person]),
    rest: (person) =>
      (!state.department || people.department[person] === department) &&
      (!state.reason || people.reasons[person].includes(reason)) &&
      words.every((word) => searched[person].includes(word)),
  };
}

/** Show what the state says: hide, sort, count. */
function show() {
  const { outcome, rest } = tests();
  const counts = { accept: 0, review: 0, retake: 0 };
  const on = new Set();
  for (const person of everyone) {
    if (!rest(person)) continue;
    counts[people.outcome[person]] += 1;
    if (outcome(person)) on.add(person);
  }
  sort();
  visible = order.filter((person) => on.has(person));
  limit = portion;
  const first = new Set(visible.slice(0, limit));
  for (const person of everyone) if (cards[person].hidden === first.has(person)) cards[person].hidden = !first.has(person);
  reveal(limit);
  showReadings();
  showCounts(counts);
  one("[data-do=clear]", tools).hidden = !["outcome", "department", "reason", "q"].some((key) => state[key]);
  const stays = state.view !== "cards" && state.show === "after";
  one(".hint").hidden = !stays || !visible.some((person) => cards[person].classList.contains("old"));
  Object.assign(list.dataset, { view: state.view, show: state.show, shape: shapeNow() });
  tools.elements.shape.value = shapeNow();
  tools.dataset.view = state.view;
  writeAddress();
}

function showCounts(counts) {
  const wanted = wantedOutcomes();
  for (const chip of all("[data-outcome]", tools)) {
    one(".count", chip).textContent = figures.format(counts[chip.dataset.outcome]);
    chip.setAttribute("aria-pressed", wanted.includes(chip.dataset.outcome));
  }
  const noun = cards.length === 1 ? "portrait" : "portraits";
  const [shown, total] = [visible.length, cards.length].map((count) => count.toLocaleString("en"));
  one("#shown").textContent = shown === total ? `${total} ${noun}` : `${shown} of ${total} ${noun}`;
  one("#nobody").hidden = visible.length > 0;
}

/** While sorting by a check, every card says its value. */
function showReadings() {
  const check = checks.get(state.sort);
  for (const person of visible) {
    if (!check) delete cards[person].dataset.reading;
    else cards[person].dataset.reading = `${check.title}: ${read(check, person)}`;
  }
}

function read(check, person) {
  return check.values[person] === null ? "not measured" : amount(check, check.values[person]);
}

let sortedBy = "name up";

function sort() {
  const check = checks.get(state.sort);
  const worst = tools.elements.order.querySelector("[value=worst]");
  worst.disabled = !check && state.sort !== "outcome";
  if (worst.disabled && state.order === "worst") state.order = tools.elements.order.value = "up";
  const by = `${state.sort} ${state.order}`;
  if (by === sortedBy) return;
  sortedBy = by;
  const keys = everyone.map(sortKey(check));
  const turn = state.order === "up" ? 1 : -1;
  order = [...everyone].sort((a, b) => compare(keys[a], keys[b], turn) || a - b);
  list.append(...order.map((person) => cards[person]));
}

function sortKey(check) {
  if (check) return (person) => (state.order === "worst" ? beyond(check, person) : check.values[person]);
  if (state.sort === "outcome") return (person) => severity[people.outcome[person]] * 1000 + people.reasons[person].length;
  if (state.sort === "department") return (person) => people.department[person];
  return (person) => person; // the page is written in the order of names
}

/** Numbers; what was not measured comes last, whichever way. */
function compare(a, b, turn) {
  if (a === null || b === null) return (a === null) - (b === null);
  return turn * (a - b);
}
