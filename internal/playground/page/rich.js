// rich_text, drawn from its own elements.

import { drawEmoji, drawLink, drawText, el } from "./dom.js";
import { emojiByCode } from "./emoji.js";

/** Draws a rich_text block, or a table's rich_text cell. */
export function drawRichText(block, names) {
  return el("div.rich", {}, (block.elements ?? []).map((part) => drawPart(part, names)));
}

function drawPart(part, names) {
  const inside = () => drawRun(part.elements ?? [], names);
  switch (part.type) {
    case "rich_text_section":
      return el("p", {}, inside());
    case "rich_text_quote":
      return el("blockquote", {}, inside());
    case "rich_text_preformatted":
      return el("pre", { tabindex: "0" }, (part.elements ?? []).map(plain).join(""));
    case "rich_text_list":
      return drawList(part, names);
    default:
      return el("p.unknown", {}, `[${part.type}]`);
  }
}

function drawList(part, names) {
  const ordered = part.style === "ordered";
  const items = (part.elements ?? []).map((item) => el("li", {}, drawRun(item.elements ?? [], names)));
  return el(ordered ? "ol" : "ul", { start: ordered ? (part.offset ?? 0) + 1 : null, data: { indent: Math.min(8, part.indent ?? 0) } }, items);
}

function drawRun(elements, names) {
  return elements.map((e) => styled(e.style, drawElement(e, names)));
}

const styles = [
  ["bold", "b"],
  ["italic", "i"],
  ["strike", "s"],
  ["underline", "u"],
  ["highlight", "mark"],
  ["code", "code"],
];

function styled(style, node) {
  return styles.filter(([name]) => style?.[name]).reduce((inner, [, tag]) => el(tag, {}, inner), node);
}

function drawElement(e, names) {
  const one = (node) => drawText([node], names);
  switch (e.type) {
    case "text":
      return lines(e.text ?? "");
    case "link":
      return drawLink(e.url ?? "", e.text || e.url);
    case "emoji":
      return e.unicode && emojiByCode(e.unicode) ? el("span.emoji", { role: "img", "aria-label": e.name, title: `:${e.name}:` }, emojiByCode(e.unicode)) : drawEmoji(e.name, e.skin_tone);
    case "user":
      return one({ type: "user", id: e.user_id });
    case "channel":
      return one({ type: "channel", id: e.channel_id });
    case "usergroup":
      return one({ type: "usergroup", id: e.usergroup_id });
    case "broadcast":
      return one({ type: "broadcast", range: e.range });
    case "date":
      return one({ type: "date", unix: Number(e.timestamp), format: e.format ?? "{date}", url: e.url, fallback: e.fallback ?? "" });
    case "tag":
      return el("span.tag", { data: { color: e.color ?? "gray" } }, e.text);
    case "color":
      return el("code", {}, e.value);
    default:
      return plain(e) || `[${e.type}]`;
  }
}

function lines(text) {
  return text.split("\n").flatMap((line, i) => (i === 0 ? [line] : [el("br"), line]));
}

function plain(e) {
  return e.text ?? e.url ?? e.value ?? e.label ?? e.fallback ?? "";
}
