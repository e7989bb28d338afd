// What is shown, kept in the address after "#", so that a view can be bookmarked or sent on.

const usual = {
  view: "cards",
  show: "after",
  shape: "", // round in a chat, else square
  outcome: "",
  department: "",
  reason: "",
  answer: "",
  q: "",
  sort: "name",
  order: "up",
  person: "",
  keys: "on",
};
const state = { ...usual };
const tools = one(".tools");
const narrowing = ["outcome", "department", "reason", "answer", "q"]; // what hides portraits

function readAddress() {
  const address = new URLSearchParams(location.hash.slice(1));
  for (const key of Object.keys(usual)) state[key] = address.get(key) ?? usual[key];
  for (const key of ["view", "show", "department", "reason", "answer", "sort", "order"]) {
    if (!setControl(tools.elements[key], state[key])) {
      state[key] = usual[key];
      setControl(tools.elements[key], usual[key]);
    }
  }
  tools.elements.q.value = state.q;
}

function shapeNow() {
  if (["round", "square"].includes(state.shape)) return state.shape;
  return state.view === "chat" ? "round" : "square";
}

/** Put a value into radios or a select; say whether it is one of the choices. */
function setControl(control, value) {
  control.value = value;
  return control.value === value;
}

function writeAddress() {
  const address = new URLSearchParams();
  for (const [key, value] of Object.entries(state)) if (value !== usual[key]) address.set(key, value);
  const told = address.toString() && `#${address}`;
  history.replaceState(null, "", location.pathname + location.search + told);
}

function wantedOutcomes() {
  return state.outcome.split(",").filter((outcome) => outcome in severity);
}

function fillChoices() {
  const totals = (column) => {
    const counts = new Map();
    for (const entry of column) for (const value of [entry].flat()) counts.set(value, (counts.get(value) ?? 0) + 1);
    return counts;
  };
  const departments = totals(people.department);
  const reasons = totals(people.reasons);
  data.departments.forEach((name, place) => addChoice("department", name, `${name} (${whole(departments.get(place))})`));
  data.reasons.forEach(({ code, label }, place) => addChoice("reason", code || "-", `${label} (${whole(reasons.get(place))})`));
  if (!data.checks.length) return;
  const group = make("optgroup");
  group.label = "Check";
  tools.elements.sort.append(group);
  for (const check of data.checks) group.append(new Option(check.title, check.key));
}

function addChoice(select, value, label) {
  tools.elements[select].append(new Option(label, value));
}
