// Copies the signature as HTML and as text. Without this script a click selects all of it.
"use strict";

const button = document.getElementById("copy");
const signature = document.getElementById("signature");
const told = document.getElementById("told");

// Mail programs cannot fetch a picture from an intranet: what lies on this site travels in the clipboard.
function carried(picture) {
  const canvas = document.createElement("canvas");
  canvas.width = picture.naturalWidth;
  canvas.height = picture.naturalHeight;
  canvas.getContext("2d").drawImage(picture, 0, 0);
  return canvas.toDataURL("image/png");
}

function html() {
  const copy = signature.cloneNode(true);
  const shown = signature.querySelectorAll("img");
  copy.querySelectorAll("img").forEach((picture, at) => {
    const original = shown[at];
    if (!original.naturalWidth || new URL(original.src).origin !== location.origin) return;
    try {
      picture.src = carried(original);
    } catch {
      picture.src = original.src;
    }
  });
  return copy.innerHTML;
}

function select() {
  const selection = getSelection();
  selection.removeAllRanges();
  const range = document.createRange();
  range.selectNodeContents(signature);
  selection.addRange(range);
}

async function copy() {
  try {
    const parts = {
      "text/html": new Blob([html()], { type: "text/html" }),
      "text/plain": new Blob([document.getElementById("plain").textContent], { type: "text/plain" }),
    };
    await navigator.clipboard.write([new ClipboardItem(parts)]);
    return true;
  } catch {
    select();
    return document.execCommand("copy");
  }
}

button.hidden = false;
button.addEventListener("click", async () => {
  told.textContent = "";
  told.textContent = (await copy()) ? button.dataset.copied : button.dataset.notCopied;
});
