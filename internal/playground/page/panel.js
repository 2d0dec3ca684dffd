// What the panel "Make something happen" is made of.

import { el } from "./dom.js";

/** A part of the panel. */
export function section(title, ...content) {
  return el("section.lab-part", {}, el("h3", {}, title), content);
}

/** A control with its name. */
export function field(text, control) {
  return el("label.lab-field", {}, el("span", {}, text), control);
}

/** Controls side by side. */
export function row(...content) {
  return el("div.lab-row", {}, content);
}

/** A select of pairs of value and text. */
export function choice(id, pairs) {
  return el("select", { id }, pairs.map(([value, text]) => el("option", { value }, text)));
}
