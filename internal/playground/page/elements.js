// The elements people act with. Each is drawn from Slack's JSON, starts with
// what was chosen before, and reports a choice through `commit`.

import { askFirst } from "./confirm.js";
import { drawLink, el } from "./dom.js";
import { drawInputElement, isInput } from "./inputs.js";
import { openMenu } from "./menu.js";
import { drawSelect, isSelect } from "./selects.js";
import { drawTextObject, words } from "./words.js";

/**
 * Draws one element of a block.
 * @param {object} block the block it stands in
 * @param {object} element
 * @param {object} surface see blocks.js
 * @param {{label?: string, errorId?: string}} [about] what an input block says of it
 */
export function drawElement(block, element, surface, about = {}) {
  const part = { block, element, surface, about, commit: committer(block, element, surface), was: surface.value(block, element) };
  const draw = drawers[element.type] ?? (isSelect(element) ? drawSelect : isInput(element) ? drawInputElement : drawUnknown);
  const node = draw(part);
  node.dataset.key = `${block.block_id}/${element.action_id}`;
  return node;
}

const drawers = {
  button: drawButton,
  workflow_button: drawButton,
  icon_button: drawButton,
  overflow: drawOverflow,
  feedback_buttons: drawFeedback,
  checkboxes: drawChoices,
  radio_buttons: drawChoices,
};

// An element of an input block only remembers, unless it says otherwise;
// everywhere else a choice is an action, and may ask first.
function committer(block, element, surface) {
  return async (choice, from) => {
    if (block.type === "input" && !block.dispatch_action) return surface.fill(block, element, choice);
    if (element.confirm && !(await askFirst(element.confirm, surface.names))) return undefined;
    return busyWhile(from, () => surface.act(block, element, choice));
  };
}

async function busyWhile(node, work) {
  node?.setAttribute("aria-busy", "true");
  node?.parentElement?.querySelector(":scope > .trouble")?.remove();
  const answer = await work();
  node?.removeAttribute("aria-busy");
  if (!answer.ok) node?.after(trouble(answer));
  return answer;
}

function trouble(answer) {
  const why = answer.error === "trouble_connecting" ? "Perch did not respond in time. Try again." : `Slack said: ${answer.error ?? "unknown error"}`;
  return el("span.trouble", { role: "alert", title: why }, "⚠️", el("span", {}, why));
}

function drawButton(part) {
  const { element, surface, commit } = part;
  const press = async (event) => {
    const button = event.currentTarget;
    if (button.getAttribute("aria-busy") === "true") return;
    if (element.url) event.stopPropagation();
    await commit({}, button);
  };
  const label = element.text ? drawTextObject(element.text, surface.names) : (element.icon ?? "Button");
  const common = { class: `button ${element.style ?? ""}`, "aria-label": element.accessibility_label ?? null, on: { click: press } };
  if (!element.url) return el("button", { type: "button", ...common }, label);
  const link = drawLink(element.url, label);
  const props = Object.fromEntries([...link.attributes].map((a) => [a.name, a.value]));
  return el(link.localName, { ...props, ...common }, label, el("span.sr", {}, " (opens a page)"));
}

function drawOverflow(part) {
  const { element, surface, commit } = part;
  const pick = (option, from) => {
    if (option.url) window.open(option.url, "_blank", "noopener,noreferrer");
    return commit({ selected_option: option.value }, from);
  };
  const open = (event) => {
    const from = event.currentTarget;
    openMenu(from, (element.options ?? []).map((o) => ({ label: drawTextObject(o.text, surface.names), note: words(o.description), pick: () => pick(o, from) })));
  };
  return el("button.button.overflow", { type: "button", "aria-haspopup": "menu", "aria-label": "More actions", on: { click: open } }, "⋯");
}

function drawFeedback(part) {
  const one = (button, mark) =>
    button && el("button.button", { type: "button", "aria-label": button.accessibility_label ?? words(button.text), on: { click: (e) => part.commit({ value: button.value }, e.currentTarget) } }, mark);
  return el("span.choices", {}, one(part.element.positive_button, "👍"), one(part.element.negative_button, "👎"));
}

function drawChoices(part) {
  const { element, block, surface, commit, was } = part;
  const many = element.type === "checkboxes";
  const chosen = new Set(many ? (was?.selected_options ?? element.initial_options ?? []).map((o) => o.value) : [(was?.selected_option ?? element.initial_option)?.value]);
  const group = el("div.choices", { role: many ? "group" : "radiogroup", "aria-label": part.about.label ?? "Choose", "aria-describedby": part.about.errorId });
  const picked = () => [...group.querySelectorAll("input:checked")].map((i) => i.value);
  const change = () => commit(many ? { selected_options: picked() } : { selected_option: picked()[0] }, group);
  const name = `${block.block_id}-${element.action_id}`;
  const line = (o) =>
    el(
      "label.choice",
      {},
      el("input", { type: many ? "checkbox" : "radio", name, value: o.value, checked: chosen.has(o.value), on: { change } }),
      el("span", {}, drawTextObject(o.text, surface.names), o.description && el("small", {}, drawTextObject(o.description, surface.names))),
    );
  group.append(...(element.options ?? []).map(line));
  return group;
}

function drawUnknown({ element }) {
  return el("span.unknown", { role: "note" }, `A “${element.type}” element. This page does not draw it.`);
}
