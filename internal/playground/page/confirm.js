// The question that some elements ask before they act.

import { el } from "./dom.js";
import { drawTextObject, words } from "./words.js";

/** Asks, and resolves to whether the person agreed. Esc means no. */
export function askFirst(confirm, names) {
  const { promise, resolve } = Promise.withResolvers?.() ?? withResolvers();
  const answer = (value, style = "") => el("button", { type: "button", class: `button ${style}`, on: { click: () => dialog.close(value) } });
  const no = answer("no");
  const yes = answer("yes", confirm.style === "danger" ? "danger" : "primary");
  no.append(words(confirm.deny) || "Cancel");
  yes.append(words(confirm.confirm) || "Yes");
  const dialog = el(
    "dialog.confirm",
    { "aria-labelledby": "confirm-title", "aria-describedby": "confirm-text" },
    el("h2", { id: "confirm-title" }, drawTextObject(confirm.title ?? "Are you sure?", names)),
    el("div", { id: "confirm-text" }, drawTextObject(confirm.text, names)),
    el("div.dialog-foot", {}, no, yes),
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    resolve(dialog.returnValue === "yes");
  });
  document.body.append(dialog);
  dialog.showModal();
  no.focus();
  return promise;
}

function withResolvers() {
  const out = {};
  out.promise = new Promise((resolve) => {
    out.resolve = resolve;
  });
  return out;
}
