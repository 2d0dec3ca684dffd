// Block Kit, drawn as Slack draws it. A block this page does not know becomes
// a labelled box, never a hole.
//
// A surface is where blocks stand: a message, a modal, the Home. It has
// `names` (user, channel), `act`, `fill`, `suggest`, `value`, `world` and
// `drawElement`; surfaces.js makes them.

import { drawChart, drawDataTable, drawTableBlock } from "./data.js";
import { drawText, drawLink, el } from "./dom.js";
import { drawElement } from "./elements.js";
import { parseMarkdown } from "./markdown.js";
import { drawRichText } from "./rich.js";
import { drawTextObject, words } from "./words.js";

/** Draws blocks in order. */
export function drawBlocks(blocks, surface) {
  return (blocks ?? []).map((block) => drawBlock(block, surface));
}

function drawBlock(block, surface) {
  const draw = drawers[block.type];
  const node = draw ? draw(block, surface) : drawUnknown(block);
  node.classList.add("block", `block-${block.type}`);
  return node;
}

const drawers = {
  header: (b, s) => el("h3", {}, drawTextObject(b.text, s.names)),
  section: drawSection,
  context: (b, s) => el("div", {}, (b.elements ?? []).map((e) => (e.type === "image" ? drawImage(e, "icon") : el("span", {}, drawTextObject(e, s.names))))),
  divider: () => el("hr"),
  actions: (b, s) => el("div", {}, (b.elements ?? []).map((e) => drawElement(b, e, s))),
  context_actions: (b, s) => el("div", {}, (b.elements ?? []).map((e) => drawElement(b, e, s))),
  image: (b, s) => el("figure", {}, b.title && el("figcaption", {}, drawTextObject(b.title, s.names)), drawImage(b)),
  rich_text: (b, s) => drawRichText(b, s.names),
  markdown: (b, s) => el("div.markdown", {}, drawText(parseMarkdown(b.text ?? ""), s.names)),
  input: drawInput,
  table: drawTableBlock,
  data_table: drawDataTable,
  data_visualization: drawChart,
  card: drawCard,
  carousel: (b, s) => el("div", { role: "group", "aria-label": "Cards", tabindex: "0" }, drawBlocks(b.elements, s)),
  container: drawContainer,
  layout: (b, s) => el("div", { role: "group", "aria-label": b.label }, b.is_label_visible && el("b", {}, b.label), (b.rows ?? []).map((row) => el("div.layout-row", {}, (row.items ?? []).map((item) => drawBlocks([item.block], s))))),
  alert: drawAlert,
  video: drawVideo,
  file: (b) => el("div.unknown", {}, `File ${b.external_id}`),
  task_card: drawTask,
  plan: (b, s) => el("div", {}, el("b", {}, b.title), drawBlocks((b.tasks ?? []).map((t) => ({ ...t, type: "task_card" })), s)),
};

function drawUnknown(block) {
  return el("div.unknown", { role: "note" }, `A “${block.type}” block. This page does not draw it.`);
}

function drawSection(block, surface) {
  const text = block.text && el("div.section-text", {}, drawTextObject(block.text, surface.names));
  const fields = block.fields && el("div.fields", {}, block.fields.map((f) => el("div.field", {}, drawTextObject(f, surface.names))));
  const side = block.accessory && el("div.accessory", {}, block.accessory.type === "image" ? drawImage(block.accessory, "thumb") : drawElement(block, block.accessory, surface));
  return el("div", {}, el("div.section-main", {}, text, fields), side);
}

// Nothing is fetched from outside: a picture is a box that says what it shows.
function drawImage(image, size = "full") {
  const alt = image.alt_text || "image";
  return el("span.picture", { role: "img", "aria-label": alt, title: alt, data: { size } }, el("span.picture-mark", { "aria-hidden": "true" }, "🖼"), size === "full" && el("span", {}, alt));
}

function drawInput(block, surface) {
  const error = surface.error?.(block.block_id);
  const errorId = error && `error-${CSS.escape(block.block_id)}`;
  const grouped = ["checkboxes", "radio_buttons"].includes(block.element?.type);
  const element = drawElement(block, block.element ?? {}, surface, { label: words(block.label), errorId });
  const label = el(grouped ? "legend" : "label", {}, drawTextObject(block.label, surface.names), block.optional && el("span.optional", {}, " (optional)"));
  const control = element.matches("input, textarea, select, button") ? element : element.querySelector("input, textarea, select, button");
  if (!grouped && control) {
    control.id ||= `in-${block.block_id}-${block.element?.action_id}`;
    label.htmlFor = control.id;
  }
  return el(
    grouped ? "fieldset" : "div",
    { data: { block: block.block_id, invalid: error ? "yes" : null } },
    label,
    element,
    error && el("p.error", { id: errorId, role: "alert" }, error),
    block.hint && el("p.hint", {}, drawTextObject(block.hint, surface.names)),
  );
}

function drawCard(block, surface) {
  const text = (part, tag) => block[part] && el(tag, {}, drawTextObject(block[part], surface.names));
  return el(
    "div",
    {},
    block.hero_image && drawImage(block.hero_image, "full"),
    el("div.card-head", {}, block.icon && drawImage(block.icon, "thumb"), el("div", {}, text("title", "div.card-title"), text("subtitle", "div.card-subtitle"))),
    text("body", "div.card-body"),
    text("subtext", "div.card-subtext"),
    block.actions?.length > 0 && el("div.card-actions", {}, block.actions.map((e) => drawElement(block, e, surface))),
  );
}

function drawContainer(block, surface) {
  const title = block.rich_text_title ? drawRichText(block.rich_text_title, surface.names) : drawTextObject(block.title, surface.names);
  const head = [el("span.container-title", {}, title), block.subtitle && el("span.container-subtitle", {}, drawTextObject(block.subtitle, surface.names))];
  const inside = el("div.container-body", {}, drawBlocks(block.child_blocks, surface));
  if (block.is_collapsible) return el("details", { open: !block.default_collapsed }, el("summary", {}, head), inside);
  return el("div", {}, (block.title || block.rich_text_title) && el("div.container-head", {}, head), inside);
}

const alertMarks = { info: "ℹ️", warning: "⚠️", error: "⛔", success: "✅", default: "💬" };

function drawAlert(block, surface) {
  const level = block.level ?? "default";
  return el("div", { role: "note", "aria-label": level === "default" ? null : level, data: { level } }, el("span", { "aria-hidden": "true" }, alertMarks[level] ?? "💬"), el("div", {}, drawTextObject(block.text, surface.names)));
}

function drawVideo(block, surface) {
  return el("figure", {}, el("figcaption", {}, drawLink(block.title_url ?? block.video_url ?? "", drawTextObject(block.title, surface.names))), drawImage(block), block.description && el("div", {}, drawTextObject(block.description, surface.names)));
}

const taskMarks = { pending: "○", in_progress: "◐", complete: "●", error: "✕" };

function drawTask(block, surface) {
  const part = (rich) => rich && drawRichText(rich, surface.names);
  const sources = (block.sources ?? []).map((s) => el("li", {}, drawLink(s.url, s.text)));
  return el("div", {}, el("b", {}, `${taskMarks[block.status] ?? "○"} ${block.title ?? ""}`), part(block.details), part(block.output), sources.length > 0 && el("ul", {}, sources));
}
