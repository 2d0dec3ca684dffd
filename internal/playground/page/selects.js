// Select menus: one choice or several, from a fixed list, from the app, or
// from the workspace's people and channels.

import { el, fill } from "./dom.js";
import { OptionList } from "./options.js";
import { drawTextObject, words } from "./words.js";

/** True for the select menus. */
export function isSelect(element) {
  return /_select$/.test(element.type ?? "") && kindOf(element) in sources;
}

/** Draws a select menu. `part` is what elements.js hands to every drawer. */
export function drawSelect(part) {
  const { element, about, surface, commit } = part;
  const source = sources[kindOf(element)];
  const many = element.type.startsWith("multi_");
  const face = el("span.select-face");
  const button = el("button.select", { type: "button", "aria-haspopup": "listbox", "aria-expanded": "false", "aria-describedby": about.errorId }, face, el("span.select-mark", { "aria-hidden": "true" }, "⌄"));
  const name = about.label ?? words(element.placeholder);
  let chosen = source.chosen(part, many);
  const show = () => {
    fill(face, drawChosen(chosen, many, surface.names) ?? (words(element.placeholder) || "Choose…"));
    button.classList.toggle("empty", chosen.length === 0);
    button.setAttribute("aria-label", [name, chosen.map((o) => words(o.text)).join(", ")].filter(Boolean).join(": ") || "Choose");
  };
  const settle = (options) => {
    chosen = options;
    show();
    commit(source.choice(options, many), button);
  };
  const clearable = many || (part.block.type === "input" && part.block.optional);
  const quick = kindOf(element) === "static" && (element.options ?? []).length <= quickList && !element.option_groups;
  button.addEventListener("click", () => {
    new OptionList(button, {
      label: name || "Options",
      names: surface.names,
      groups: (query) => source.groups(part, query),
      least: source.remote ? (element.min_query_length ?? 3) : 0,
      remote: source.remote,
      most: many ? (element.max_selected_items ?? Infinity) : 1,
      many,
      clearable,
      quick,
      chosen,
      settle,
    });
  });
  show();
  return button;
}

// Lists this short show no field to search in; typing works all the same.
const quickList = 6;

function drawChosen(chosen, many, names) {
  if (chosen.length === 0) return null;
  return many ? chosen.map((o) => el("span.chip", {}, words(o.text))) : drawTextObject(chosen[0].text, names);
}

const kindOf = (element) => element.type.replace(/^multi_/, "").replace(/_select$/, "");

const option = (value, text, note = "") => ({ value, text: { type: "plain_text", text }, description: note && { type: "plain_text", text: note } });
const person = (u) => option(u.id, u.display_name || u.real_name || u.name, `@${u.name}`);
const room = (c) => option(c.id, c.kind === "im" ? "perch" : `#${c.name}`);

const fixed = {
  chosen: ({ element, was }, many) => (many ? (was?.selected_options ?? element.initial_options ?? []) : [was ? was.selected_option : element.initial_option].filter(Boolean)),
  choice: (options, many) => (many ? { selected_options: options } : { selected_option: options[0] ?? null }),
  groups: ({ element }, query) => narrow(element.option_groups ?? [{ options: element.options ?? [] }], query),
};

const sources = {
  static: fixed,
  external: { ...fixed, remote: true, groups: ({ block, element, surface }, query) => suggested(surface, block, element, query) },
  users: fromWorld("user", (w) => w.users.filter((u) => !u.deleted).map(person)),
  channels: fromWorld("channel", (w) => w.channels.filter((c) => c.kind === "public").map(room)),
  conversations: fromWorld("conversation", (w) => w.channels.map(room)),
};

function fromWorld(name, list) {
  return {
    chosen({ element, surface, was }, many) {
      const ids = many ? (was?.[`selected_${name}s`] ?? element[`initial_${name}s`] ?? []) : [was ? was[`selected_${name}`] : element[`initial_${name}`]].filter(Boolean);
      const known = list(surface.world());
      return ids.map((id) => known.find((o) => o.value === id) ?? option(id, id));
    },
    choice: (options, many) => (many ? { [`selected_${name}s`]: options.map((o) => o.value) } : { [`selected_${name}`]: options[0]?.value ?? null }),
    groups: ({ surface }, query) => narrow([{ options: list(surface.world()) }], query),
  };
}

function narrow(groups, query) {
  const fold = (s) => s.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const wanted = fold(query);
  const hit = (o) => fold(`${words(o.text)} ${words(o.description)}`).includes(wanted);
  return groups.map((g) => ({ label: g.label, options: (g.options ?? []).filter(hit) })).filter((g) => g.options.length > 0);
}

async function suggested(surface, block, element, query) {
  const answer = await surface.suggest(block, element, query);
  if (!answer.ok) throw new Error("Perch did not send any options. Try again.");
  return answer.option_groups ?? [{ options: answer.options ?? [] }];
}
