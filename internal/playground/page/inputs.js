// Fields to type in, and pickers that the browser brings along.

import { el } from "./dom.js";
import { words } from "./words.js";

/** True for the elements drawn here. */
export function isInput(element) {
  return element.type in kinds;
}

/** Draws a field. `part` is what elements.js hands to every drawer. */
export function drawInputElement(part) {
  return kinds[part.element.type](part);
}

const kinds = {
  plain_text_input: (p) => typed(p, p.element.multiline ? { tag: "textarea", rows: 4 } : { type: "text" }),
  email_text_input: (p) => typed(p, { type: "email" }),
  url_text_input: (p) => typed(p, { type: "url" }),
  number_input: (p) => typed(p, { type: "text", inputmode: p.element.is_decimal_allowed ? "decimal" : "numeric" }),
  rich_text_input: (p) => typed(p, { tag: "textarea", rows: 4, wrap: richText, read: richWords }),
  datepicker: (p) => dated(p, "date", "selected_date", "initial_date"),
  timepicker: (p) => dated(p, "time", "selected_time", "initial_time"),
  datetimepicker: drawDateTime,
  file_input: () => el("p.hint", {}, "Files are not part of this simulation."),
};

function typed(part, { tag = "input", wrap = (text) => ({ value: text }), read = (v) => v, ...attributes }) {
  const { element, block, commit, was, about } = part;
  const triggers = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const remember = (node) => part.surface.fill(block, element, wrap(node.value));
  const field = el(tag, {
    ...attributes,
    class: "field-input",
    value: read(was?.value ?? was?.rich_text_value ?? element.initial_value ?? ""),
    placeholder: words(element.placeholder),
    minlength: element.min_length ?? null,
    maxlength: element.max_length ?? null,
    "aria-label": about.label ?? (words(element.placeholder) || "Text"),
    "aria-describedby": about.errorId,
    "aria-invalid": about.errorId ? "true" : null,
    autofocus: element.focus_on_load ?? null,
    autocomplete: "off",
    data: { wrap: element.type === "rich_text_input" ? "rich" : "plain" },
  });
  const acts = block.type !== "input" || block.dispatch_action;
  field.addEventListener("input", () => (acts && triggers.includes("on_character_entered") ? commit(wrap(field.value), field) : remember(field)));
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || (tag === "textarea" && !event.metaKey && !event.ctrlKey)) return;
    if (!acts || !triggers.includes("on_enter_pressed")) return;
    event.preventDefault();
    commit(wrap(field.value), field);
  });
  return field;
}

function dated({ element, commit, was, about }, type, chosen, initial) {
  const field = el("input", { type, class: "field-input dated", value: was?.[chosen] ?? element[initial] ?? "", "aria-label": about.label ?? (words(element.placeholder) || type), "aria-describedby": about.errorId });
  field.addEventListener("change", () => commit({ [chosen]: field.value || null }, field));
  return field;
}

function drawDateTime({ element, commit, was, about }) {
  const unix = was?.selected_date_time ?? element.initial_date_time;
  const field = el("input", { type: "datetime-local", class: "field-input dated", value: unix ? localInput(unix) : "", "aria-label": about.label ?? "Date and time", "aria-describedby": about.errorId });
  field.addEventListener("change", () => commit({ selected_date_time: field.value ? Math.floor(new Date(field.value) / 1000) : null }, field));
  return field;
}

function localInput(unix) {
  const at = new Date(unix * 1000);
  return new Date(at - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function richText(text) {
  const elements = text === "" ? [] : [{ type: "rich_text_section", elements: [{ type: "text", text }] }];
  return { rich_text_value: { type: "rich_text", elements } };
}

function richWords(value) {
  if (typeof value === "string") return value;
  const runs = (value?.elements ?? []).flatMap((part) => part.elements ?? []);
  return runs.map((e) => e.text ?? "").join("");
}
