// Select menus, with typing to narrow: one or several, from a fixed list, from
// the app, or from the workspace's people and channels.

import { el, fill } from "./dom.js";
import { openPanel, place } from "./menu.js";
import { drawTextObject, words } from "./words.js";

/** True for the select menus. */
export function isSelect(element) {
  return /_select$/.test(element.type ?? "") && kindOf(element) in sources;
}

/** Draws a select menu. `part` is what elements.js hands to every drawer. */
export function drawSelect(part) {
  const source = sources[kindOf(part.element)];
  const many = part.element.type.startsWith("multi_");
  let chosen = source.chosen(part, many);
  const face = el("span.select-face");
  const button = el("button.select", { type: "button", "aria-haspopup": "listbox", "aria-expanded": "false", "aria-describedby": part.about.errorId }, face, el("span.select-mark", { "aria-hidden": "true" }, "⌄"));
  const show = () => {
    const label = chosen.map((o) => words(o.text)).join(", ");
    fill(face, chosen.length > 0 ? (many ? chosen.map((o) => el("span.chip", {}, words(o.text))) : drawTextObject(chosen[0].text, part.surface.names)) : words(part.element.placeholder) || "Choose…");
    button.classList.toggle("empty", chosen.length === 0);
    button.setAttribute("aria-label", [part.about.label ?? words(part.element.placeholder), label].filter(Boolean).join(": ") || "Choose");
  };
  const settle = (options) => {
    chosen = options;
    show();
    part.commit(source.choice(options, many), button);
  };
  button.addEventListener("click", () => openList({ button, part, source, many, chosen, settle }));
  show();
  return button;
}

const kindOf = (element) => element.type.replace(/^multi_/, "").replace(/_select$/, "");

const option = (value, text, note = "") => ({ value, text: { type: "plain_text", text }, description: note && { type: "plain_text", text: note } });
const person = (u) => option(u.id, u.display_name || u.real_name || u.name, `@${u.name}`);
const room = (c) => option(c.id, c.kind === "im" ? "perch" : `#${c.name}`);

const fixed = {
  chosen: ({ element, was }, many) => (many ? (was?.selected_options ?? element.initial_options ?? []) : [was?.selected_option ?? element.initial_option].filter(Boolean)),
  choice: (options, many) => (many ? { selected_options: options.map((o) => o.value) } : { selected_option: options[0]?.value ?? null }),
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
      const ids = many ? (was?.[`selected_${name}s`] ?? element[`initial_${name}s`] ?? []) : [was?.[`selected_${name}`] ?? element[`initial_${name}`]].filter(Boolean);
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

const quickList = 6;

function openList(how) {
  const { button, part, source, many, settle } = how;
  const least = source.remote ? (part.element.min_query_length ?? 3) : 0;
  const label = part.about.label ?? (words(part.element.placeholder) || "Options");
  const search = el("input.select-search", { type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": "options", "aria-autocomplete": "list", "aria-label": `Search: ${label}`, placeholder: "Search…", autocomplete: "off" });
  const list = el("div.options", { role: "listbox", id: "options", "aria-label": label, "aria-multiselectable": many ? "true" : null });
  const picked = new Map(how.chosen.map((o) => [o.value, o]));
  let active = -1;
  let asked = 0;
  const lines = () => [...list.querySelectorAll("[role=option]")];
  const move = (to) => {
    const all = lines();
    active = all.length === 0 ? -1 : (to + all.length) % all.length;
    all.forEach((line, i) => line.classList.toggle("active", i === active));
    search.setAttribute("aria-activedescendant", all[active]?.id ?? "");
    all[active]?.scrollIntoView({ block: "nearest" });
  };
  const take = (o, line) => {
    if (!many) {
      panel.hidePopover();
      return settle([o]);
    }
    const full = picked.size >= (part.element.max_selected_items ?? Infinity);
    if (picked.has(o.value)) picked.delete(o.value);
    else if (full) return undefined;
    else picked.set(o.value, o);
    return line.setAttribute("aria-selected", String(picked.has(o.value)));
  };
  const drawOption = (o, i) => {
    const line = el("div.option", { role: "option", id: `option-${i}`, "aria-selected": String(picked.has(o.value)) }, el("span", {}, drawTextObject(o.text, part.surface.names)), o.description && el("small", {}, words(o.description)));
    line.addEventListener("click", () => take(o, line));
    return line;
  };
  const note = (text) => fill(list, el("p.options-note", { role: "status" }, text));
  const refresh = async () => {
    const turn = ++asked;
    if (search.value.length < least) return note(`Type ${least} or more characters.`);
    if (source.remote) note("Loading…");
    try {
      const groups = await source.groups(part, search.value);
      if (turn !== asked) return undefined;
      draw(groups);
    } catch (err) {
      if (turn === asked) note(err.message);
    }
    return undefined;
  };
  const draw = (groups) => {
    let n = 0;
    const nodes = groups.flatMap((g) => [g.label && el("div.option-group", {}, words(g.label)), ...(g.options ?? []).map((o) => drawOption(o, n++))]);
    if (n === 0) return note("No results.");
    fill(list, nodes);
    move(Math.max(0, lines().findIndex((l) => l.getAttribute("aria-selected") === "true")));
    return place(panel, button);
  };
  const keys = { ArrowDown: () => move(active + 1), ArrowUp: () => move(active - 1), Enter: () => lines()[active]?.click(), Tab: () => panel.hidePopover() };
  search.addEventListener("keydown", (event) => {
    if (!(event.key in keys) || event.isComposing) return;
    if (event.key !== "Tab") event.preventDefault();
    keys[event.key]();
  });
  let timer;
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, source.remote ? 150 : 0);
  });
  const clear = el("button.quiet", { type: "button", on: { click: () => (panel.hidePopover(), settle([])) } }, "Clear");
  const done = el("button.quiet", { type: "button", on: { click: () => panel.hidePopover() } }, "Done");
  const count = (part.element.options ?? []).length;
  search.classList.toggle("sr", kindOf(part.element) === "static" && count > 0 && count <= quickList);
  const same = JSON.stringify([...picked.keys()]);
  const panel = openPanel(button, [search, list, many && el("div.panel-foot", {}, clear, done), !many && part.block.optional && how.chosen.length > 0 && el("div.panel-foot", {}, clear)], {
    onClose: () => many && JSON.stringify([...picked.keys()]) !== same && settle([...picked.values()]),
  });
  panel.classList.add("select-panel");
  search.focus();
  refresh();
}
