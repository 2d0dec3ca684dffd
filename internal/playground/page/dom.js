// Building elements. Text goes in as text nodes only: no string ever becomes
// markup anywhere on the page (the page's policy forbids it as well).

import { fullDate, formatDate } from "./dates.js";
import { emojiByName } from "./emoji.js";
import { safeURL } from "./mrkdwn.js";

/**
 * Makes an element.
 * @param {string} tag "div", or "div.class.other"
 * @param {object} [props] attributes; `on` holds listeners, `data` data attributes;
 *   true sets an empty attribute, false, null and undefined leave it out
 * @param {...(Node|string|null|undefined|Array)} children
 */
export function el(tag, props = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const node = document.createElement(name);
  if (classes.length > 0) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(props)) setProp(node, key, value);
  node.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return node;
}

function setProp(node, key, value) {
  if (value === null || value === undefined || value === false) return;
  if (key === "on") for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
  else if (key === "data") for (const [name, v] of Object.entries(value)) setData(node, name, v);
  else if (key === "class") node.classList.add(...value.split(" ").filter(Boolean));
  else if (key === "value") node.value = value;
  else node.setAttribute(key, value === true ? "" : value);
}

function setData(node, name, value) {
  if (value !== null && value !== undefined) node.dataset[name] = value;
}

/** Replaces what is in a node. */
export function fill(node, ...children) {
  node.replaceChildren(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return node;
}

/**
 * Draws the nodes of mrkdwn.js and markdown.js.
 * @param {object[]} nodes
 * @param {{user: (id: string) => object|undefined, channel: (id: string) => object|undefined}} names
 */
export function drawText(nodes, names) {
  const out = document.createDocumentFragment();
  for (const node of nodes) out.append(drawers[node.type]?.(node, names) ?? node.text ?? "");
  return out;
}

const wrap = (tag) => (n, names) => el(tag, {}, drawText(n.children, names));

const drawers = {
  text: (n) => document.createTextNode(n.text),
  break: () => el("br"),
  bold: wrap("b"),
  italic: wrap("i"),
  strike: wrap("s"),
  quote: wrap("blockquote"),
  paragraph: wrap("p"),
  rule: () => el("hr"),
  code: (n) => el("code", {}, n.text),
  pre: (n) => el("pre", { tabindex: "0" }, n.text),
  link: (n, names) => drawLink(n.url, drawText(n.children, names)),
  user: (n, names) => mention("@", names.user(n.id)?.name ?? n.label ?? n.id),
  channel: (n, names) => mention("#", names.channel(n.id)?.name ?? n.label ?? n.id),
  usergroup: (n) => mention("@", (n.label ?? n.id).replace(/^@/, "")),
  broadcast: (n) => mention("@", n.range, "loud"),
  date: drawDate,
  emoji: (n) => drawEmoji(n.name, n.tone),
  heading: (n, names) => el("div.md-heading", { role: "heading", "aria-level": n.level + 3, data: { level: n.level } }, drawText(n.children, names)),
  list: drawList,
  table: (n, names) => drawTable(n.rows.map((row) => row.map((cell) => drawText(cell, names)))),
};

/** A link that opens apart; text alone when the address is not one to follow. */
export function drawLink(url, content) {
  if (!safeURL(url)) return el("span", {}, content);
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer", title: url }, content);
}

/** An emoji with its name for those who listen. */
export function drawEmoji(name, tone) {
  const char = emojiByName(name, tone);
  if (!char) return document.createTextNode(`:${name}:`);
  return el("span.emoji", { role: "img", "aria-label": `${name.replaceAll("_", " ")}`, title: `:${name}:` }, char);
}

/** A table whose first row is its head. */
export function drawTable(rows, { caption, align = [], rowHeader = -1 } = {}) {
  const cell = (tag, content, i, extra) => el(tag, { data: { align: align[i] ?? "left" }, ...extra }, content);
  const [head = [], ...body] = rows;
  const bodyRow = (row) =>
    el("tr", {}, row.map((c, i) => (i === rowHeader ? cell("th", c, i, { scope: "row" }) : cell("td", c, i))));
  return el(
    "div.table-wrap",
    { tabindex: "0", role: "region", "aria-label": caption || "Table" },
    el(
      "table",
      {},
      caption && el("caption", {}, caption),
      el("thead", {}, el("tr", {}, head.map((c, i) => cell("th", c, i, { scope: "col" })))),
      el("tbody", {}, body.map(bodyRow)),
    ),
  );
}

function mention(sign, name, extra = "") {
  return el("span.mention", { class: extra }, sign + name);
}

function drawDate(n) {
  const shown = formatDate(n.unix, n.format) || n.fallback;
  const at = new Date(n.unix * 1000);
  if (Number.isNaN(at.getTime())) return document.createTextNode(shown);
  const time = el("time", { datetime: at.toISOString(), title: fullDate(n.unix) }, shown);
  return n.url && safeURL(n.url) ? drawLink(n.url, time) : time;
}

function drawList(n, names) {
  const items = n.items.map((item) => {
    const box = item.done === undefined ? null : el("input", { type: "checkbox", disabled: true, checked: item.done, "aria-label": item.done ? "done" : "open" });
    return el("li", { data: { indent: item.indent } }, box, drawText(item.children, names));
  });
  return el(n.ordered ? "ol" : "ul", { start: n.ordered ? n.start : null }, items);
}
