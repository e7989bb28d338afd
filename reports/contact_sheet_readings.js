// Every reading of one portrait, drawn against its limits and against all other portraits.

/** Return the rows of the readings table, those outside their limits first. */
function readingRows(person) {
  const measured = data.checks.filter((check) => check.values[person] !== null || check.errors[person]);
  const rank = (check) => (check.values[person] === null ? 1 : outside(check, person) ? 0 : 2);
  return measured.sort((a, b) => rank(a) - rank(b)).map((check) => readingRow(check, person));
}

/** Return "below", "above" or "" when within limits or without any. */
function outside(check, person) {
  const value = check.values[person];
  const [low, high] = limitsOf(check, person);
  if (low !== null && value < low) return "below";
  return high !== null && value > high ? "above" : "";
}

function readingRow(check, person) {
  const row = make("tr");
  const title = make("th", check.title);
  title.scope = "row";
  row.append(title);
  if (check.values[person] === null) {
    row.className = "failed";
    const why = make("td", "not measured: ", "verdict unclear");
    why.colSpan = 2;
    why.append(isolated(check.errors[person]));
    row.append(why);
    return row;
  }
  const side = outside(check, person);
  row.className = side ? "failed" : "";
  const bar = make("td");
  bar.append(rangeBar(check, person), make("span", limitWords(check, person, side), `verdict ${side ? "out" : "in"}`));
  const value = make("td", `${number(check.values[person])}${check.unit === "°" ? "°" : " "}`);
  if (check.unit !== "°") value.append(make("small", check.unit));
  const score = check.scores[person] ?? null;
  if (score !== null) value.append(` – ${score}\u00a0of\u00a0100`);
  row.append(value, bar);
  return row;
}

function limitWords(check, person, side) {
  const [low, high] = limitsOf(check, person);
  if (low === null && high === null) return "for information";
  if (side) return `${side} the limit of ${number(side === "below" ? low : high)}`;
  if (low === null) return `at most ${number(high)}`;
  return high === null ? `at least ${number(low)}` : `${number(low)} to ${number(high)}`;
}

const spans = new Map(); // check → [first, middle, last] of all portraits

/** Return the 2nd, 50th and 98th per cent of a check, so that one odd picture does not flatten all. */
function spanOf(check) {
  if (!spans.has(check)) {
    const values = check.values.filter((value) => value !== null).sort((a, b) => a - b);
    spans.set(check, [0.02, 0.5, 0.98].map((part) => values[Math.round(part * (values.length - 1))]));
  }
  return spans.get(check);
}

/** Return a small picture: allowed band, middle of all portraits, this portrait. */
function rangeBar(check, person) {
  const value = check.values[person];
  const [low, high] = limitsOf(check, person);
  const [first, middle, last] = spanOf(check);
  const known = [first, last, low, high].filter((edge) => edge !== null);
  const margin = (Math.max(...known) - Math.min(...known)) * 0.08 || Math.abs(value) * 0.1 || 1;
  const [left, right] = [Math.min(...known) - margin, Math.max(...known) + margin];
  const at = (x) => Math.min(100, Math.max(0, (100 * (x - left)) / (right - left)));
  const bar = shape("svg", { viewBox: "0 0 100 12", preserveAspectRatio: "none", "aria-hidden": "true", class: "range" });
  bar.append(shape("rect", { class: "track", x: 0, y: 4, width: 100, height: 4 }));
  if (low !== null || high !== null) {
    const [from, to] = [low === null ? 0 : at(low), high === null ? 100 : at(high)];
    bar.append(shape("rect", { class: "band", x: from, y: 4, width: Math.max(0.5, to - from), height: 4 }));
  }
  bar.append(shape("rect", { class: "middle", x: at(middle) - 0.3, y: 2, width: 0.6, height: 8 }));
  const place = Math.min(98.8, Math.max(1.2, at(value)));
  bar.append(shape("rect", { class: outside(check, person) ? "here out" : "here", x: place - 1.2, y: 0, width: 2.4, height: 12 }));
  return bar;
}

function shape(tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
