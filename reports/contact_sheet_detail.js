// One person, large: before and after side by side or over each other, reasons, readings.

const detail = one("#detail");
const pair = one(".pair", detail);
const slider = one("input[type=range]", detail);
let current = null; // the person in the dialog
let latest = null; // the person that was last there, who gets the focus back

function openPerson(person) {
  current = latest = person;
  state.person = people.id[person];
  writeAddress();
  fillHead(person);
  fillPictures(person);
  fillReasons(person);
  fillAnswer(person);
  one("tbody", detail).replaceChildren(...readingRows(person));
  one(".facts", detail).replaceChildren(...Object.entries(people.facts[person]).map(fact));
  if (!detail.open) detail.showModal();
  one(".body", detail).scrollTop = 0;
  one("#detail-name").focus({ preventScroll: true });
}

function fillHead(person) {
  one("#detail-name bdi").textContent = people.name[person];
  one(".who", detail).replaceChildren(...[...one(".who", cards[person]).childNodes].map((part) => part.cloneNode(true)));
  const mark = one(".mark", detail);
  detail.className = people.outcome[person];
  mark.replaceWith(one(".mark", cards[person]).cloneNode(true));
  const place = visible.indexOf(person);
  one(".steps output", detail).textContent = place < 0 ? "" : `${whole(place + 1)} of ${whole(visible.length)}`;
  one("[data-do=previous]", detail).disabled = place <= 0;
  one("[data-do=next]", detail).disabled = place === visible.length - 1;
}

/** Show the card's own pictures again: the page holds each only once. */
function fillPictures(person) {
  for (const side of ["before", "after"]) {
    const picture = one(`.${side} > :first-child`, cards[person]).cloneNode(true);
    picture.loading = "eager";
    one(`.${side}`, pair).replaceChildren(picture, make("figcaption", side === "before" ? "Before" : "After"));
  }
  const both = all("img", pair).length === 2;
  one(".modes", detail).hidden = !both;
  setMode(both ? pair.dataset.mode : "side");
  const link = one(".after a", cards[person]);
  one(".full", detail).hidden = !link;
  if (link) one(".full a", detail).href = link.href;
}

function fillReasons(person) {
  const flags = one(".flags", cards[person]);
  one(".why", detail).hidden = !flags;
  if (flags) one(".flags", detail).replaceChildren(...[...flags.children].map((flag) => flag.cloneNode(true)));
}

function fact([label, text]) {
  const row = make("div");
  const value = make("dd");
  value.append(isolated(text));
  row.append(make("dt", label), value);
  return row;
}

function setMode(mode) {
  pair.dataset.mode = mode;
  one(".slide", detail).hidden = mode !== "over";
  for (const button of all(".modes [data-mode]", detail)) button.setAttribute("aria-pressed", button.dataset.mode === mode);
  slide(slider.value);
}

/** Show the right part of the new portrait over the old photo: 0 none of it, 100 all. */
function slide(value) {
  slider.value = value;
  slider.setAttribute("aria-valuetext", `${slider.value} % new portrait`);
  pair.style.setProperty("--shown", `${slider.value}%`);
}

function blink() {
  if (one(".modes", detail).hidden) return;
  const after = pair.dataset.mode === "over" && Number(slider.value) === 100;
  setMode("over");
  slide(after ? 0 : 100);
}

function step(by) {
  const next = visible[visible.indexOf(current) + by];
  if (next !== undefined) openPerson(next);
}

detail.addEventListener("close", () => {
  current = null;
  state.person = "";
  writeAddress();
  if (visible.includes(latest)) focusPerson(latest);
});
slider.addEventListener("input", () => slide(slider.value));
