// Wire the controls, then show what the address says.

const actions = {
  clear: () => {
    for (const key of narrowing) state[key] = usual[key];
    writeAddress();
    fromAddress();
  },
  more: () => reveal(limit + portion),
  help: () => help.showModal(),
  close: (button) => button.closest("dialog").close(),
  previous: () => step(-1),
  next: () => step(1),
  blink,
  undo,
  save: openSaving,
  table: saveTable,
};

/** Change one part of the state, its control included, and show it. */
function change(key, value) {
  state[key] = value;
  if (tools.elements[key]) tools.elements[key].value = value;
  show();
}

function fromAddress() {
  if (location.hash === "#people") return; // the skip link
  const numbered = location.hash.match(/^#p(\d+)$/); // a name opened in a new tab
  readAddress();
  one("[name=keys]", help).checked = state.keys !== "off";
  const person = numbered ? Number(numbered[1]) : people.id.indexOf(state.person || null);
  state.person = "";
  show();
  if (person in cards) openPerson(person);
  else if (detail.open) detail.close();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const name = event.target.closest(".card .name");
  if (button?.dataset.do) actions[button.dataset.do](button);
  else if (button?.dataset.outcome) toggleOutcome(button.dataset.outcome);
  else if (button?.dataset.mode) setMode(button.dataset.mode);
  else if (button?.dataset.slide) slide(button.dataset.slide);
  else if (event.target.closest(".legend a, .only a")) tools.scrollIntoView();
  else if ([detail, help, saving].includes(event.target)) event.target.close();
  else if (name && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    openPerson(Number(name.closest(".card").id.slice(1)));
  }
});

tools.addEventListener("input", (event) => {
  const { name, value } = event.target;
  if (!(name in usual)) return;
  if (name === "sort") state.order = checks.has(value) || value === "outcome" ? "worst" : "up";
  change(name, value);
  tools.elements.order.value = state.order;
});
tools.addEventListener("submit", (event) => event.preventDefault());
help.addEventListener("change", (event) => change("keys", event.target.checked ? "on" : "off"));
window.addEventListener("hashchange", fromAddress);

// The focus never hides under the bar that stays at the top.
new ResizeObserver(() => {
  const stays = getComputedStyle(tools).position === "sticky";
  document.documentElement.style.scrollPaddingTop = stays ? `${tools.offsetHeight + 16}px` : "";
}).observe(tools);

const nearEnd = new IntersectionObserver(
  ([button]) => {
    if (!button.isIntersecting) return;
    reveal(limit + portion);
    nearEnd.unobserve(more); // asked again, it answers again: small pictures may not fill the window yet
    nearEnd.observe(more);
  },
  { rootMargin: "2000px" },
);
nearEnd.observe(more);
window.addEventListener("beforeprint", () => reveal(Infinity));

fillChoices();
showAllMarks();
fromAddress();
list.classList.add("ready");
