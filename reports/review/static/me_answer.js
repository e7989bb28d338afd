// A photo is looked at before it travels, and its sender is told that it is being checked.

const photo = document.querySelector("form[data-photo]");

photo?.addEventListener("submit", (event) => {
  const file = photo.querySelector("input[type=file]").files[0];
  const told = photo.querySelector("[role=alert]");
  const most = Number(photo.dataset.photo) * 1e6;
  told.textContent = file ? "" : told.dataset.none;
  if (file?.size > most) told.textContent = told.dataset.large.replace("%", Math.round(file.size / 1e6));
  if (told.textContent) {
    event.preventDefault();
    return photo.querySelector("input[type=file]").focus();
  }
  const busy = photo.querySelector("[data-busy]");
  busy.textContent = busy.dataset.busy;
  busy.className = "busy";
});
