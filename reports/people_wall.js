// Search and filter. Without this file the pages show everybody all the same.
"use strict";
for (const wall of document.querySelectorAll("[data-people-wall]")) {
  const find = (name) => wall.querySelector(`[data-${name}]`);
  const [tools, search, department, count, found, more] =
    ["tools", "search", "department", "count", "found", "more"].map(find);
  const still = wall.querySelectorAll("[data-static]");
  const manifest = new URL(wall.dataset.manifest, document.baseURI);
  const own = Math.max(0, [...department.options].findIndex((option) => option.defaultSelected));
  const AT_A_TIME = 120;
  let people, hits = [], shown = 0, asked = 0;

  const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  const load = () => (people ??= fetch(manifest, {cache: "no-cache", credentials: "same-origin"})
    .then((answer) => { if (!answer.ok) throw new Error(answer.status); return answer.json(); })
    .then((told) => told.people.map((person) =>
      ({...person, words: folded(`${person.name} ${person.title} ${person.department}`)})))
    .catch(() => { people = undefined; return null; }));

  const enough = (faces, side) => {
    const sorted = [...faces].sort((a, b) => Math.min(a.width, a.height) - Math.min(b.width, b.height));
    const face = sorted.find((one) => Math.min(one.width, one.height) >= side) ?? sorted.at(-1);
    return new URL(face.file, manifest).href;
  };

  const line = (name, text) => {
    const element = document.createElement("bdi");
    element.className = name;
    element.textContent = text;
    return element;
  };

  const card = (person) => {
    const item = document.createElement("li"), image = document.createElement("img");
    item.className = "person";
    image.loading = "lazy";
    image.decoding = "async";
    image.width = image.height = 160;
    image.alt = wall.dataset.portrait.replace("{name}", () => person.name) + (person.mark ? `. ${person.mark}` : "");
    image.srcset = `${enough(person.faces, 160)} 1x, ${enough(person.faces, 320)} 2x`;
    image.src = enough(person.faces, 160);
    item.append(image, line("name", person.name));
    if (person.title) item.append(line("title", person.title));
    if (person.department) item.append(line("department", person.department));
    if (person.mark) item.append(line("mark", person.mark));
    return item;
  };

  const show = () => {
    const next = hits.slice(shown, shown + AT_A_TIME);
    found.append(...next.map(card));
    shown += next.length;
    more.hidden = shown >= hits.length;
  };

  const everybody = (visible) => {
    for (const part of still) part.hidden = !visible;
    count.hidden = found.hidden = visible;
    if (visible) more.hidden = true;
  };

  const look = async () => {
    const mine = ++asked, words = folded(search.value).split(/\s+/).filter(Boolean);
    const all = department.selectedOptions[0].hasAttribute("data-all");
    if (!words.length && department.selectedIndex === own) { everybody(true); return; }
    const known = await load();
    if (mine !== asked) return;
    if (!known) { everybody(true); count.hidden = false; count.textContent = wall.dataset.offline; return; }
    hits = known.filter((person) => (all || person.department === department.value)
      && words.every((word) => person.words.includes(word)));
    shown = 0;
    found.replaceChildren();
    everybody(false);
    show();
    count.textContent = hits.length === 1 ? wall.dataset.one
      : hits.length ? wall.dataset.many.replace("{count}", hits.length.toLocaleString(wall.lang || document.documentElement.lang))
      : wall.dataset.none;
  };

  let waiting;
  search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(look, 120); });
  search.addEventListener("focus", load, {once: true});
  department.addEventListener("change", look);
  more.addEventListener("click", () => {
    const before = found.children.length;
    show();
    found.children[before]?.setAttribute("tabindex", "-1");
    found.children[before]?.focus();
  });
  tools.hidden = false;
  for (const menu of wall.querySelectorAll("[data-plain]")) menu.hidden = true;
  // A browser that goes back keeps what was typed.
  if (search.value || department.selectedIndex !== own) look();
}
