// One message, as it stands in a channel or a thread.

import { drawBlocks } from "./blocks.js";
import { formatDate, fullDate } from "./dates.js";
import { drawEmoji, drawLink, drawText, el } from "./dom.js";
import { drawFiles } from "./files.js";
import { parseMrkdwn } from "./mrkdwn.js";
import { openShortcuts, shortcutsOf } from "./shortcuts.js";
import { messageSurface } from "./surfaces.js";

/**
 * Draws a message.
 * @param {object} app
 * @param {string} channel
 * @param {object} message
 * @param {{compact: boolean, inThread: boolean, replies: object[]}} how
 */
export function drawMessage(app, channel, message, how) {
  const author = authorOf(app, message);
  const surface = messageSurface(app, channel, message);
  const ephemeral = Boolean(message.ephemeral_to);
  const compact = how.compact && !ephemeral;
  return el(
    "article.message",
    { class: `${compact ? "compact" : ""} ${ephemeral ? "ephemeral" : ""}`, tabindex: "-1", "aria-label": `${author.name}, ${stamp(message.ts, "{time}")}`, data: { ts: message.ts } },
    compact ? el("span.gutter", {}, drawTime(message.ts, /[^\d:.]/g)) : el("span.avatar", { "aria-hidden": "true", data: { tint: author.tint } }, author.mark),
    el(
      "div.message-main",
      {},
      !how.inThread && message.subtype === "thread_broadcast" && el("div.only-you", {}, "Replied to a thread"),
      ephemeral && el("div.only-you", {}, el("span", { "aria-hidden": "true" }, "👁 "), "Only visible to you"),
      !compact && el("div.message-head", {}, el("b.author", {}, author.name), author.app && el("span.badge", {}, "APP"), author.note && el("span.badge", {}, author.note), drawTime(message.ts)),
      el("div.message-body", {}, drawBody(message, channel, surface), message.edited && el("span.edited", { title: `edited ${stamp(message.edited.ts, "{date_short_pretty} {time}")}` }, " (edited)")),
      (message.attachments ?? []).map((a) => drawAttachment(a, surface)),
      message.files?.length > 0 && drawFiles(message.files),
      drawReactions(message, app),
      !how.inThread && how.replies.length > 0 && drawThreadLink(app, channel, message, how.replies),
    ),
    !ephemeral && drawTools(app, channel, message, how),
  );
}

/** Who wrote a message: name, and how to mark them. */
export function authorOf(app, message) {
  const user = app.names.user(message.user);
  const name = message.username ?? user?.display_name ?? user?.real_name ?? user?.name ?? message.user ?? "Slack";
  const isApp = Boolean(message.bot_id || user?.is_bot);
  const notes = [user?.is_stranger && "EXTERNAL", (user?.is_restricted || user?.is_ultra_restricted) && "GUEST"];
  return { name, app: isApp, note: notes.find(Boolean), mark: isApp ? "🐟" : [...name][0]?.toUpperCase(), tint: isApp ? "app" : tint(message.user ?? name) };
}

function tint(text) {
  return [...text].reduce((sum, c) => (sum * 31 + c.codePointAt(0)) % 6, 0);
}

// Blocks take the place of the text; the text alone is for notifications.
function drawBody(message, channel, surface) {
  if (message.blocks?.length > 0) return drawBlocks(message.blocks, surface);
  if (message.inviter) return el("div.text.hint", {}, drawText(parseMrkdwn(`was added to <#${channel}> by <@${message.inviter}>.`), surface.names));
  return message.text ? el("div.text", {}, drawText(parseMrkdwn(message.text), surface.names)) : null;
}

const barColors = new Set(["good", "warning", "danger"]);

function drawAttachment(attachment, surface) {
  const text = (value) => value && drawText(parseMrkdwn(value), surface.names);
  const color = String(attachment.color ?? "");
  const box = el(
    "div.attachment",
    { data: { color: barColors.has(color) ? color : null } },
    attachment.pretext && el("div.pretext", {}, text(attachment.pretext)),
    attachment.author_name && el("div.hint", {}, attachment.author_name),
    attachment.title && el("b", {}, attachment.title_link ? drawLink(attachment.title_link, text(attachment.title)) : text(attachment.title)),
    attachment.text && el("div", {}, text(attachment.text)),
    attachment.fields?.length > 0 && el("div.fields", {}, attachment.fields.map((f) => el("div.field", {}, el("b", {}, f.title), el("br"), text(f.value)))),
    drawBlocks(attachment.blocks, surface),
    attachment.footer && el("div.hint", {}, attachment.footer),
    !attachment.blocks && !attachment.text && !attachment.title && attachment.fallback,
  );
  if (/^#?[0-9a-f]{3,8}$/i.test(color)) box.style.setProperty("--bar", color.replace(/^#?/, "#"));
  return box;
}

function drawReactions(message, app) {
  if (!message.reactions?.length) return null;
  const one = (r) => el("span.reaction", { title: r.users.map((u) => app.names.user(u)?.name ?? u).join(", ") }, drawEmoji(r.name), ` ${r.count}`);
  return el("div.reactions", {}, message.reactions.map(one));
}

function drawThreadLink(app, channel, message, replies) {
  const last = replies.at(-1);
  return el(
    "button.thread-link",
    { type: "button", data: { key: "thread" }, on: { click: () => app.openThread(channel, message.ts) } },
    `${replies.length} ${replies.length === 1 ? "reply" : "replies"}`,
    el("span.hint", {}, ` last ${stamp(last.ts, "{date_short_pretty} {time}")}`),
  );
}

function drawTools(app, channel, message, how) {
  const root = message.thread_ts ?? message.ts;
  const menu = (event) => openShortcuts(app, event.currentTarget, "message_action", { channel, ts: message.ts });
  return el(
    "div.tools",
    {},
    !how.inThread && el("button.quiet", { type: "button", title: "Reply in thread", "aria-label": "Reply in thread", data: { key: "reply" }, on: { click: () => app.openThread(channel, root) } }, "💬"),
    shortcutsOf(app, "message_action").length > 0 && el("button.quiet", { type: "button", title: "Shortcuts", "aria-label": "Shortcuts", "aria-haspopup": "menu", data: { key: "shortcuts" }, on: { click: menu } }, "⋯"),
  );
}

// The gutter is narrow: `without` leaves AM and PM to the tooltip.
function drawTime(ts, without = "") {
  const unix = Number.parseFloat(ts);
  return el("time.stamp", { datetime: new Date(unix * 1000).toISOString(), title: fullDate(unix) }, stamp(ts, "{time}").replace(without, ""));
}

function stamp(ts, format) {
  return formatDate(Number.parseFloat(ts), format);
}
