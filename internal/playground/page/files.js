// Files that came with a message: what they are, a look inside, and a way to
// save them.

import { drawTable, el, fill } from "./dom.js";

const previewRows = 6;
const previewBytes = 200_000;

/** Draws the files of a message. */
export function drawFiles(files) {
  return el("div.files", {}, files.map(drawFile));
}

function drawFile(file) {
  const href = `/_slack/file?id=${encodeURIComponent(file.id)}`;
  const name = file.title || file.name;
  const look = el("div.file-look");
  const readable = /^text\/|json|csv/.test(file.mimetype ?? "") && file.size <= previewBytes;
  const toggle = el("button.quiet", { type: "button", "aria-expanded": "false", on: { click: () => togglePreview(toggle, look, href, file) } }, "Preview");
  return el(
    "div.file",
    {},
    el("div.file-line", {}, el("span.file-mark", { "aria-hidden": "true" }, "📄"), el("div", {}, el("b", {}, name), el("div.hint", {}, `${file.name} · ${sizeWords(file.size)}`)), readable && toggle, el("a.button", { href, download: file.name }, "Download")),
    look,
  );
}

async function togglePreview(toggle, look, href, file) {
  const open = toggle.getAttribute("aria-expanded") !== "true";
  toggle.setAttribute("aria-expanded", String(open));
  if (!open) return fill(look);
  const response = await fetch(href).catch(() => null);
  if (!response?.ok) return fill(look, "The file cannot be read.");
  const text = await response.text();
  return fill(look, /csv/.test(file.mimetype + file.name) ? csvTable(text) : el("pre", { tabindex: "0" }, text.slice(0, 4000)));
}

function csvTable(text) {
  const rows = parseCSV(text);
  const more = rows.length - 1 - previewRows;
  return [drawTable(rows.slice(0, previewRows + 1), more > 0 ? { caption: `The first ${previewRows} of ${rows.length - 1} rows` } : {})];
}

/** Reads CSV with quoted cells. */
export function parseCSV(text) {
  const rows = [[]];
  for (const [, quoted, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    rows.at(-1).push(quoted?.replaceAll('""', '"') ?? bare);
    if (end === "") break;
    if (end !== ",") rows.push([]);
  }
  return rows.filter((row) => row.length > 1 || row[0] !== "");
}

function sizeWords(bytes) {
  if (!(bytes >= 0)) return "";
  return bytes < 1024 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(1)} KB`;
}
