// The question that some elements ask before they act.

import { el } from "./dom.js";
import { drawTextObject, words } from "./words.js";

/** Asks, and resolves to whether the person agreed. Esc means no. */
export function askFirst(confirm, names) {
  const dialog = drawQuestion(confirm, names);
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector("button").focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

function drawQuestion(confirm, names) {
  const answer = (value, text, style) => el("button", { type: "button", class: `button ${style}`, on: { click: () => dialog.close(value) } }, text);
  const dialog = el(
    "dialog.confirm",
    { "aria-labelledby": "confirm-title", "aria-describedby": "confirm-text" },
    el("h2", { id: "confirm-title" }, drawTextObject(confirm.title ?? "Are you sure?", names)),
    el("div", { id: "confirm-text" }, drawTextObject(confirm.text, names)),
    el("div.dialog-foot", {}, answer("no", words(confirm.deny) || "Cancel", ""), answer("yes", words(confirm.confirm) || "Yes", confirm.style === "danger" ? "danger" : "primary")),
  );
  return dialog;
}
