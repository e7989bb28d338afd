// Comparing two pictures and going through portraits with the keyboard. Links and forms work without this file.

const page = document.documentElement;
const pair = document.querySelector(".pair");
const [left, right] = [...pair.querySelectorAll(".frame")].map((frame) => frame.querySelector("img"));
const caption = pair.querySelector(".now");
const names = { before: caption.dataset.before, after: caption.textContent };
const help = document.querySelector("#keys");
const single = help.querySelector("#keys-on");
const after = { src: right.src, large: right.dataset.large, alt: right.alt };
const eyes = { x: 50, y: 40 };
const place = { ...eyes };

const button = (what) => document.querySelector(`[data-do=${what}]`);
const wanted = (what) => document.querySelector(`[data-key=${what}]`);

function follow(what) {
  wanted(what)?.click();
}

/** Show the photo in the portrait's place, or the portrait again: what moves is what was changed. */
function blink() {
  if (!left) return;
  const photo = right.dataset.shows !== "photo";
  right.dataset.shows = photo ? "photo" : "portrait";
  right.alt = photo ? left.alt : after.alt;
  right.src = photo ? left.src : zoomed() ? after.large : after.src;
  caption.textContent = photo ? names.before : names.after;
  button("blink").setAttribute("aria-pressed", photo);
}

function zoomed() {
  return pair.classList.contains("zoomed");
}

function zoom() {
  const on = pair.classList.toggle("zoomed");
  button("zoom").setAttribute("aria-pressed", on);
  if (!on) return;
  if (left) left.src = left.dataset.large;
  right.src = right.dataset.shows === "photo" && left ? left.dataset.large : after.large;
  look(eyes.x, eyes.y);
}

/** Let both pictures show the region around one point, in per cent of the frame. */
function look(x, y) {
  place.x = Math.min(100, Math.max(0, x));
  place.y = Math.min(100, Math.max(0, y));
  pair.style.setProperty("--x", `${place.x}%`);
  pair.style.setProperty("--y", `${place.y}%`);
}

function move(x, y) {
  if (!zoomed()) return false;
  look(place.x + x, place.y + y);
  return true;
}

function centre(event) {
  if (!zoomed()) return;
  const box = event.currentTarget.getBoundingClientRect();
  const scale = 3.2;
  const seen = (at, size, from) => from + ((at / size) * 100 - from) / scale;
  const x = seen(event.clientX - box.left, box.width, place.x);
  const y = seen(event.clientY - box.top, box.height, place.y);
  // The origin of the scale stays where it is; moving it by this much brings the point to the middle.
  look(place.x + ((x - seen(box.width / 2, box.width, place.x)) * scale) / (scale - 1), place.y + ((y - seen(box.height / 2, box.height, place.y)) * scale) / (scale - 1));
}

function hold() {
  const form = document.querySelector(".hold");
  if (!form) return;
  form.open = true;
  form.querySelector("textarea").focus();
}

const letters = {
  n: () => follow("next"),
  p: () => follow("previous"),
  y: () => follow("yes"),
  h: hold,
  b: blink,
  z: zoom,
  u: () => follow("back"),
  "?": () => help.showModal(),
};
const arrows = {
  ArrowRight: () => move(4, 0) || follow("next"),
  ArrowLeft: () => move(-4, 0) || follow("previous"),
  ArrowUp: () => move(0, -4),
  ArrowDown: () => move(0, 4),
};

function keysAre(on) {
  single.checked = on;
  page.classList.toggle("keys", on);
  try {
    localStorage.setItem("catchlight.keys", on ? "on" : "off");
  } catch {
    // A browser may forbid storage; then the choice holds for this page.
  }
}

function stored() {
  try {
    return localStorage.getItem("catchlight.keys") !== "off";
  } catch {
    return true;
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat && !event.key.startsWith("Arrow")) return;
  if (help.open || event.target.closest("input, textarea, select, [contenteditable], .scroll")) return;
  if (Object.hasOwn(arrows, event.key)) {
    if ((event.key === "ArrowUp" || event.key === "ArrowDown") && !zoomed()) return;
    arrows[event.key]();
    event.preventDefault();
    return;
  }
  const key = event.key.toLowerCase();
  if (!single.checked || !Object.hasOwn(letters, key)) return;
  event.preventDefault();
  letters[key]();
});

/** One answer goes out once; coming back with the browser's button makes the page usable again. */
for (const form of document.querySelectorAll("main form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

document.querySelector(".compare").hidden = false;
button("blink")?.addEventListener("click", blink);
button("zoom").addEventListener("click", zoom);
button("help").addEventListener("click", () => help.showModal());
single.addEventListener("change", () => keysAre(single.checked));
for (const frame of pair.querySelectorAll(".frame")) frame.addEventListener("click", centre);
keysAre(stored());
const following = wanted("next")?.dataset.following;
if (following) new Image().src = following;
