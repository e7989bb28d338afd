// In which order portraits are shown, and the value they are sorted by.

let order = everyone; // all people in the order of the page
let sortedBy = "name up"; // the page is written in this order

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

/** While sorting by a check, every card says its value. */
function showReading(person) {
  const check = checks.get(state.sort);
  if (check) cards[person].dataset.reading = `${check.title}: ${reading(check, person)}`;
  else if (cards[person].dataset.reading) delete cards[person].dataset.reading;
}

function reading(check, person) {
  return check.values[person] === null ? "not measured" : amount(check, check.values[person]);
}
