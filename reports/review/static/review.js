// Everything works without this file: it moves the focus to what was said, and lets a form be sent once.

document.querySelector("[data-focus]")?.focus();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]") || event.defaultPrevented) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
});

// A page out of the browser's memory holds an old form: fetch it anew.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
