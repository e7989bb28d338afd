// Before and after: on each other with a slider, one at a time, and both enlarged at the eyes.

const proof = document.querySelector("#proof");
const choose = document.querySelector("[data-choose]");

function prepare(section) {
  const viewer = section.querySelector(".viewer");
  if (!viewer) return;
  const pair = section.querySelector(".pair");
  const slider = section.querySelector("input[type=range]");

  const mode = (name) => {
    pair.dataset.mode = name;
    viewer.querySelector(".slide").hidden = name !== "over";
    for (const button of viewer.querySelectorAll("[data-mode]")) button.setAttribute("aria-pressed", button.dataset.mode === name);
    slide(slider.value);
  };
  const slide = (value) => {
    slider.value = value;
    slider.setAttribute("aria-valuetext", slider.dataset.text.replace("%", slider.value));
    pair.style.setProperty("--shown", `${slider.value}%`);
  };
  const only = (value) => {
    mode("over");
    slide(value);
  };
  const acts = {
    blink: () => only(pair.dataset.mode === "over" && Number(slider.value) === 100 ? 0 : 100),
    zoom: () => viewer.querySelector("[data-do=zoom]").setAttribute("aria-pressed", pair.classList.toggle("near")),
  };

  viewer.hidden = false;
  slider.addEventListener("input", () => slide(slider.value));
  viewer.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (button?.dataset.mode) mode(button.dataset.mode);
    if (button?.dataset.only) only(button.dataset.only);
    acts[button?.dataset.do]?.();
  });
  section.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    acts[{ b: "blink", z: "zoom" }[event.key.toLowerCase()]]?.();
  });
  mode("side");
}

/** Show another of the portraits in place; whatever goes wrong, the form's own button still does it. */
async function swap(address) {
  const answer = await fetch(address, { headers: { accept: "text/html" } });
  if (!answer.ok) return choose.submit();
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-swap]")) part.replaceWith(fresh.getElementById(part.id));
  history.replaceState(null, "", address);
  prepare(document.querySelector("#proof"));
}

if (proof) prepare(proof);
if (choose) {
  choose.querySelector("button").hidden = true;
  choose.addEventListener("change", () => swap(`${choose.action}?${new URLSearchParams(new FormData(choose))}`));
}
