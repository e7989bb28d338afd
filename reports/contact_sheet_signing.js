// Saving the answers: signed with a personal code, or as an unsigned table.

const saving = one("#save");
const signing = one("form", saving);
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford's base32
const rounds = 600000;
const utf8 = (text) => new TextEncoder().encode(text);
const canSign = Boolean(globalThis.crypto?.subtle);

function openSaving() {
  if (!answering || !marks.size) return false;
  one(".tally", saving).replaceChildren(
    ...tally().map(([answer, count]) => {
      const line = make("li");
      line.append(make("strong", whole(count)), ` ${answerWords[answer]}`);
      return line;
    }),
  );
  one(".signed", saving).hidden = !canSign;
  one(".unable", saving).hidden = canSign;
  tell("");
  saving.showModal();
  return true;
}

function tell(problem, done = "") {
  one(".problem", saving).textContent = problem;
  one(".done", saving).textContent = done;
  for (const name of ["who", "code"]) signing.elements[name].toggleAttribute("aria-invalid", Boolean(problem));
}

/** Return a name as people may write it in several ways, but always the same. */
function asWritten(name) {
  return name.normalize("NFC").trim().replace(/\s+/g, " ");
}

/** Return a code without dashes, and what is easily misread as it was issued. */
function asIssued(code) {
  return code.toUpperCase().replace(/[^0-9A-Z]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
}

/** Whether a code is whole and belongs to the name: its last four characters come of the rest and the name. */
async function fits(who, code) {
  if (code.length !== 28) return false;
  const body = code.slice(0, 24);
  const [a, b, c] = new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(`${who.toLowerCase()}\n${body}`)));
  const bits = ((a << 16) | (b << 8) | c) >> 4;
  return code.slice(24) === [15, 10, 5, 0].map((shift) => alphabet[(bits >> shift) & 31]).join("");
}

/** Return the HMAC-SHA256 of a text in hex, with the key that name and code make. */
async function sign(text, who, code) {
  const secret = await crypto.subtle.importKey("raw", utf8(code), "PBKDF2", false, ["deriveKey"]);
  const salt = utf8(`catchlight answers\n${who.toLowerCase()}`);
  const way = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
  const key = await crypto.subtle.deriveKey(way, secret, { name: "HMAC", hash: "SHA-256", length: 256 }, false, ["sign"]);
  const bytes = new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8(text)));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Return the marks as the file lists them, by employee id. */
function lines() {
  const whole = (text) => text.toWellFormed?.() ?? text;
  const line = ([employee, { picture, answer, tags, comment, at }]) => ({ employee, picture, answer, tags, comment: whole(comment.trim()), at });
  return [...marks].sort(([a], [b]) => (a < b ? -1 : 1)).map(line);
}

async function saveSigned() {
  const who = asWritten(signing.elements.who.value);
  const code = asIssued(signing.elements.code.value);
  if (!who || !code) return tell("Type your name and your code.");
  if (!(await fits(who, code))) return tell("This name and this code do not belong together. Look at both again.");
  const format = "catchlight-answers-1";
  const content = { format, sheet: data.sheet, who, saved: new Date().toISOString(), answers: lines() };
  const signed = JSON.stringify(content);
  const envelope = { format, who, signed, signature: await sign(signed, who, code) };
  signing.elements.code.value = "";
  return handOut("json", "application/json", `${JSON.stringify(envelope, null, 1)}\n`);
}

/** A cell that no spreadsheet takes for a formula. */
function cell(text) {
  const safe = text.replace(/\r\n?/g, "\n").replace(/^(?=\s*[=+\-@]|\t)/gm, "'");
  return `"${safe.replaceAll('"', '""')}"`;
}

function saveTable() {
  const columns = ["employee", "answer", "picture", "at", "comment"];
  const labels = new Map(data.tags);
  const rows = lines().map((line) => {
    const said = [line.tags.map((tag) => labels.get(tag)).join("; "), line.comment].filter(Boolean).join(": ");
    return [line.employee, line.answer, line.picture, line.at, said];
  });
  handOut("csv", "text/csv", `\ufeff${[columns, ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`);
}

function handOut(ending, type, text) {
  const link = make("a");
  link.download = `answers-${data.sheet.run.replace(/[^\w.-]/g, "-")}.${ending}`;
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  readMarks();
  saved = new Date().toISOString();
  keepMarks();
  showBar();
  tell("", `Saved as ${link.download}. Hand it to whoever runs Catchlight: nothing is decided before they import it.`);
}

signing.addEventListener("submit", (event) => {
  event.preventDefault();
  if (canSign) saveSigned();
});
saving.addEventListener("close", () => (signing.elements.code.value = ""));
