// Which portraits are shown.

let visible = everyone; // those that match, in the order of the page

const portion = 300; // so many cards are laid out at first and with each step down
const more = one("#more");
let limit = portion;

/** Let the page hold this many of the matching cards, so that 5,000 stay as quick as 300. */
function reveal(count) {
  for (const person of visible.slice(limit, count)) lay(person);
  limit = Math.max(limit, Math.min(count, visible.length));
  more.hidden = limit >= visible.length;
}

function lay(person) {
  cards[person].hidden = false;
  showReading(person);
  layAnswer(person);
}

/** Return what each filter says of a person: whether the outcome is wanted, whether all else fits. */
function filters() {
  const words = plain(state.q).split(/\s+/).filter(Boolean);
  const outcomes = wantedOutcomes();
  const department = data.departments.indexOf(state.department);
  const reason = data.reasons.findIndex(({ code }) => (code || "-") === state.reason);
  return {
    outcome: (person) => !outcomes.length || outcomes.includes(people.outcome[person]),
    rest: (person) =>
      (!state.department || people.department[person] === department) &&
      (!state.reason || people.reasons[person].includes(reason)) &&
      (!state.answer || (markOf(person)?.answer ?? "-") === state.answer) &&
      words.every((word) => searched[person].includes(word)),
  };
}

/** Show what the state says: sort, filter, count. */
function show() {
  const { outcome, rest } = filters();
  sort();
  const fitting = order.filter(rest);
  visible = fitting.filter(outcome);
  limit = portion;
  const first = new Set(visible.slice(0, limit));
  for (const person of everyone) if (!first.has(person)) cards[person].hidden = true;
  first.forEach(lay);
  reveal(limit);
  showCounts(fitting);
  showView();
  writeAddress();
}

function showCounts(fitting) {
  const wanted = wantedOutcomes();
  for (const chip of all("[data-outcome]", tools)) {
    const { outcome } = chip.dataset;
    one(".count", chip).textContent = whole(fitting.filter((person) => people.outcome[person] === outcome).length);
    chip.setAttribute("aria-pressed", wanted.includes(outcome));
  }
  const noun = cards.length === 1 ? "portrait" : "portraits";
  const some = visible.length < cards.length ? `${whole(visible.length)} of ` : "";
  one("#shown").textContent = `${some}${whole(cards.length)} ${noun}`;
  one("#nobody").hidden = visible.length > 0;
  one("[data-do=clear]", tools).hidden = !narrowing.some((key) => state[key]);
}

function showView() {
  const stays = state.view !== "cards" && state.show === "after";
  one(".hint").hidden = !stays || !visible.some((person) => cards[person].classList.contains("old"));
  Object.assign(list.dataset, { view: state.view, show: state.show, shape: shapeNow() });
  tools.elements.shape.value = shapeNow();
  tools.dataset.view = state.view;
}
