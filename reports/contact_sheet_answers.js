// Marking answers: on a card, in the detail, by key; and the line that says what is marked.

const answering = Boolean(data.sheet.run && cards.length);
const bar = one("#answers");
const choices = one("#detail .answer");
const comment = one("textarea", choices);

/** Mark an answer; the same again takes it away. */
function answerWith(person, answer) {
  if (!answering || !answersFor(person).includes(answer)) return false;
  const before = markOf(person);
  if (before?.answer === answer) setMark(person, null);
  else setMark(person, { answer, picture: people.picture[person], tags: [], comment: before?.comment ?? "" });
  showMarks(person);
  return true;
}

/** Mark by key in the detail; another try goes on to its reasons. */
function answerByKey(answer) {
  if (!answerWith(current, answer)) return false;
  if (markOf(current)?.answer === "retry") one(".tags input", choices).focus();
  else if (!document.activeElement.checkVisibility()) one(`[data-answer=${answer}]`, choices).focus();
  return true;
}

function changeMark(change, what) {
  const before = markOf(current);
  if (!before) return;
  setMark(current, { ...before, ...change }, what);
  showMarks(current);
}

function undo() {
  const person = undoMark();
  if (person === undefined) return false;
  showMarks(person);
  if (detail.open && person !== current) openPerson(person);
  return true;
}

/** Let card, detail and line say what is marked of one person. */
function showMarks(person) {
  showOnCard(person);
  if (current !== null) fillAnswer(current);
  showBar();
}

/** Put the buttons onto a card when it is laid out, and what they say. */
function layAnswer(person) {
  if (!answering) return;
  if (!one(".choices", cards[person])) cards[person].append(cardChoices(person));
  showOnCard(person);
}

function cardChoices(person) {
  const group = make("div", "", "choices");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", `Answer of ${people.name[person]}`);
  const offered = answersFor(person).filter((answer) => ["approve", "keep"].includes(answer));
  group.append(...offered.map((answer) => choice(answer, answer === "approve" ? "Approve" : "Keep current")));
  const other = choice("other", "Other…");
  other.setAttribute("aria-haspopup", "dialog");
  group.append(other);
  return group;
}

function choice(answer, words) {
  const button = make("button", words);
  button.type = "button";
  button.dataset.answer = answer;
  return button;
}

function showOnCard(person) {
  const card = cards[person];
  const said = markOf(person)?.answer;
  if (said) card.dataset.said = answerWords[said];
  else delete card.dataset.said;
  const own = all(".choices button", card).filter((button) => button.dataset.answer !== "other");
  for (const button of own) button.setAttribute("aria-pressed", button.dataset.answer === said);
  const other = one("[data-answer=other]", card);
  if (!other) return;
  const elsewhere = said && !own.some((button) => button.dataset.answer === said);
  other.textContent = elsewhere ? `${answerWords[said][0].toUpperCase()}${answerWords[said].slice(1)}…` : "Other…";
  other.classList.toggle("said", Boolean(elsewhere));
}

function fillAnswer(person) {
  choices.hidden = !answering;
  const mark = markOf(person);
  const offered = answersFor(person);
  for (const button of all("[data-answer]", choices)) {
    button.hidden = !offered.includes(button.dataset.answer);
    button.setAttribute("aria-pressed", button.dataset.answer === mark?.answer);
  }
  one(".tags", choices).hidden = mark?.answer !== "retry";
  for (const box of all(".tags input", choices)) box.checked = Boolean(mark?.tags.includes(box.value));
  one(".comment", choices).hidden = !mark;
  if (comment.value !== (mark?.comment ?? "")) comment.value = mark?.comment ?? "";
  const said = one(".said", choices);
  const words = mark ? `Marked: ${answerWords[mark.answer]}. Not decided before it is saved and imported.` : "No answer marked.";
  if (said.textContent !== words) said.textContent = words;
}

function showBar() {
  bar.hidden = !answering || !(marks.size || undoable.length);
  one("#unmarked").hidden = !answering || marks.size > 0;
  one("output", bar).textContent = marks.size ? `${whole(marks.size)} marked: ${tallyWords()}` : "No answer marked";
  one(".until", bar).textContent = untilWords();
  one("[data-do=undo]", bar).disabled = !undoable.length;
  one("[data-do=save]", bar).disabled = !marks.size;
}

function tallyWords() {
  return tally().map(([answer, count]) => `${whole(count)} ${answerWords[answer]}`).join(" · ");
}

function untilWords() {
  if (!keeping) return "This browser keeps nothing: save before you close this page.";
  if (marks.size && saved >= changed) return "Saved to a file: nothing is decided before it is imported.";
  return "Only in this browser: nothing is decided before the saved file is imported.";
}

function showAllMarks() {
  readMarks();
  everyone.filter((person) => !cards[person].hidden).forEach(showOnCard);
  if (current !== null) fillAnswer(current);
  showBar();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-answer]");
  if (!button) return;
  const card = button.closest(".card");
  const person = card ? Number(card.id.slice(1)) : current;
  if (button.dataset.answer !== "other") answerWith(person, button.dataset.answer);
  else {
    openPerson(person);
    one("[data-answer]:not([hidden])", choices).focus();
  }
});
one(".tags", choices).addEventListener("change", () =>
  changeMark({ tags: all(".tags input:checked", choices).map((box) => box.value) }, "tags"),
);
comment.addEventListener("input", () => changeMark({ comment: comment.value }, "comment"));
window.addEventListener("storage", (event) => event.key === place && showAllMarks());
window.addEventListener("beforeunload", (event) => !keeping && saved < changed && event.preventDefault());

// The focus never hides under the line at the bottom.
new ResizeObserver(() => {
  const height = bar.hidden ? 0 : bar.offsetHeight;
  document.documentElement.style.scrollPaddingBottom = `${height + 16}px`;
  document.body.style.paddingBottom = `${height}px`;
}).observe(bar);
