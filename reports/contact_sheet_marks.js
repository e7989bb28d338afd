// Answers marked on this sheet. They lie in this browser only, and decide nothing until a saved file is imported.

const place = `catchlight answers ${data.sheet.run} ${data.sheet.preset.slice(0, 16)}`;
const answerWords = { approve: "approve", keep: "keep current", retry: "try again", upload: "new photo", refuse: "do not process" };
const personOf = new Map(people.id.map((id, person) => [id, person]));
const undoable = []; // [employee id, the mark before, what was changed], the latest last
let marks = new Map(); // employee id → { answer, picture, tags, comment, at }
let changed = ""; // when the marks were last changed, and last saved
let saved = "";
let keeping = true; // whether this browser keeps them

function markOf(person) {
  return marks.get(people.id[person]);
}

/** Only somebody with a usable portrait can approve it, or want it made again. */
function answersFor(person) {
  const usable = people.picture[person] && people.outcome[person] !== "retake";
  return Object.keys(answerWords).filter((answer) => usable || !["approve", "retry"].includes(answer));
}

/** Set one person's mark, or take it away (null), and keep it. */
function setMark(person, mark, what = "answer") {
  readMarks(); // another tab may have marked others meanwhile
  const id = people.id[person];
  const last = undoable.at(-1);
  const typed = what === "comment" && last && last[0] === id && last[2] === what;
  if (!typed) undoable.push([id, marks.get(id) ?? null, what]);
  putMark(id, mark);
}

/** Take back the last change; return whose it was. */
function undoMark() {
  const last = undoable.pop();
  if (!last) return undefined;
  readMarks();
  putMark(last[0], last[1]);
  return personOf.get(last[0]);
}

function putMark(id, mark) {
  changed = new Date().toISOString();
  if (mark) marks.set(id, { ...mark, at: changed });
  else marks.delete(id);
  keepMarks();
}

function keepMarks() {
  try {
    localStorage.setItem(place, JSON.stringify({ marks: [...marks], changed, saved }));
  } catch {
    keeping = false;
  }
}

/** Read what this browser kept; what is no mark about today's pictures is left out. */
function readMarks() {
  if (!keeping) return;
  let kept = null;
  try {
    kept = JSON.parse(localStorage.getItem(place));
  } catch (error) {
    keeping = error instanceof SyntaxError;
  }
  if (!keeping) return;
  marks = new Map((Array.isArray(kept?.marks) ? kept.marks : []).filter(isMark));
  changed = textOr(kept?.changed, "");
  saved = textOr(kept?.saved, "");
}

function isMark(entry) {
  const [id, mark] = Array.isArray(entry) ? entry : [];
  const person = personOf.get(id);
  if (person === undefined || typeof mark !== "object" || mark === null) return false;
  const { answer, picture, tags, comment, at } = mark;
  return (
    answersFor(person).includes(answer) &&
    picture === people.picture[person] &&
    Array.isArray(tags) &&
    tags.every((tag) => answer === "retry" && data.tags.some(([code]) => code === tag)) &&
    [comment, at].every((text) => typeof text === "string" && text.length <= 500) &&
    !Number.isNaN(Date.parse(at))
  );
}

function textOr(value, other) {
  return typeof value === "string" ? value : other;
}

/** Return how many marks there are of each answer, in the order of the buttons. */
function tally() {
  const counts = Object.keys(answerWords).map((answer) => [answer, [...marks.values()].filter((mark) => mark.answer === answer).length]);
  return counts.filter(([, count]) => count);
}
