// The messages of a channel or a thread, in order, with the days between them
// and what Slack itself had to say.

import { formatDate } from "./dates.js";
import { el } from "./dom.js";
import { keep } from "./keyed.js";
import { drawMessage } from "./message.js";

const groupSeconds = 300;
const nearBottom = 80;
// The newest are drawn at once, the older ones when the page has time.
const firstDrawn = 60;
const drawnLater = 50;

/** A scrolling list that stays at its end when it stood there. */
export class Timeline {
  /**
   * @param {object} app
   * @param {HTMLElement} list what scrolls
   */
  constructor(app, list) {
    this.app = app;
    this.list = list;
    this.shown = "";
    this.atEnd = true;
    list.addEventListener("keydown", (event) => this.#walk(event));
    list.addEventListener("scroll", () => {
      this.atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < nearBottom;
    });
  }

  /** Shows a channel, or one thread of it. */
  show(channel, thread = "") {
    const place = `${this.app.user}/${channel.id}/${thread}`;
    if (place !== this.shown) {
      this.list.replaceChildren();
      this.shown = place;
      this.atEnd = true;
      this.drawn = firstDrawn;
    }
    this.items = thread ? threadItems(this.app, channel, thread) : channelItems(this.app, channel);
    this.#draw();
  }

  #draw() {
    keep(this.list, this.items.slice(-this.drawn));
    if (this.atEnd) this.list.scrollTop = this.list.scrollHeight;
    if (this.drawn >= this.items.length || this.later) return;
    this.later = setTimeout(() => {
      this.later = 0;
      const below = this.list.scrollHeight - this.list.scrollTop;
      this.drawn += drawnLater;
      this.#draw();
      this.list.scrollTop = this.list.scrollHeight - below;
    }, 30);
  }

  /** Goes to the end whatever stood in view: the person has just written. */
  toEnd() {
    this.atEnd = true;
    this.list.scrollTop = this.list.scrollHeight;
  }

  // Arrow keys go from message to message; Tab goes into one.
  #walk(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 };
    const onMessage = event.target === this.list || event.target.matches?.("article.message");
    if (!onMessage || !(event.key in steps) || event.ctrlKey || event.metaKey) return;
    const all = [...this.list.querySelectorAll("article.message")];
    const at = all.indexOf(event.target);
    const next = at < 0 ? all.at(-1) : all[Math.max(0, Math.min(all.length - 1, at + steps[event.key]))];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
}

const isReply = (m) => Boolean(m.thread_ts) && m.thread_ts !== m.ts;

/** The replies of a channel by the message they answer, without what one person alone sees. */
export function repliesByRoot(messages) {
  const byRoot = new Map();
  for (const m of messages.filter((m) => isReply(m) && !m.ephemeral_to)) {
    if (!byRoot.has(m.thread_ts)) byRoot.set(m.thread_ts, []);
    byRoot.get(m.thread_ts).push(m);
  }
  return byRoot;
}

function channelItems(app, channel) {
  const messages = app.state.messages[channel.id] ?? [];
  const replies = repliesByRoot(messages);
  const roots = messages.filter((m) => !isReply(m) || m.subtype === "thread_broadcast");
  const items = withDays(
    roots.map((m, i) => messageItem(app, channel, m, { compact: follows(roots[i - 1], m), inThread: false, replies: replies.get(m.ts) ?? [] })),
  );
  return placeNotices(items, noticesOf(app, channel));
}

function threadItems(app, channel, thread) {
  const messages = (app.state.messages[channel.id] ?? []).filter((m) => m.ts === thread || m.thread_ts === thread);
  return messages.map((m, i) => messageItem(app, channel, m, { compact: i > 1 && follows(messages[i - 1], m), inThread: true, replies: [] }));
}

// What a person has chosen in a message is not part of its sign: the elements
// show that themselves, and drawing again would take a text from under a hand.
function messageItem(app, channel, message, how) {
  const { state: _, ...drawn } = message;
  const day = Math.floor(app.now() / 86_400_000);
  return {
    at: Number.parseFloat(message.ts),
    key: `m${message.ts}${message.ephemeral_to ?? ""}`,
    sign: JSON.stringify([drawn, how.compact, how.replies.map((r) => r.ts), day]),
    draw: () => drawMessage(app, channel.id, message, how),
  };
}

function follows(before, m) {
  if (!before || before.ephemeral_to || m.ephemeral_to) return false;
  const near = Number.parseFloat(m.ts) - Number.parseFloat(before.ts) < groupSeconds;
  return near && before.user === m.user && before.bot_id === m.bot_id && !m.reply_count && dayOf(before) === dayOf(m);
}

function dayOf(message) {
  return formatDate(Number.parseFloat(message.ts), "{date_num}");
}

function withDays(items) {
  let last = "";
  return items.flatMap((item) => {
    const day = formatDate(item.at, "{date_num}");
    if (day === last) return [item];
    last = day;
    const words = formatDate(item.at, "{date_long_pretty}");
    const label = words[0].toUpperCase() + words.slice(1);
    return [{ at: item.at, key: `d${day}`, sign: label, draw: () => el("div.day", { role: "separator", "aria-label": label }, el("span", {}, label)) }, item];
  });
}

// Failures of clicks are told beside what was clicked; these are the rest.
const commandFailures = new Set(["operation_timeout", "dispatch_failed", "not_a_command", "invite_refused"]);

function noticesOf(app, channel) {
  return (app.state.notices ?? [])
    .filter((n) => n.channel === channel.id && commandFailures.has(n.code))
    .map((n) => ({ at: Date.parse(n.at) / 1000, key: `n${n.seq}`, sign: n.text, draw: () => drawNotice(n) }));
}

function drawNotice(notice) {
  const at = Date.parse(notice.at) / 1000;
  return el(
    "article.message.ephemeral",
    { tabindex: "-1", "aria-label": `Slackbot: ${notice.text}` },
    el("span.avatar", { "aria-hidden": "true", data: { tint: "slackbot" } }, "♥"),
    el(
      "div.message-main",
      {},
      el("div.only-you", {}, el("span", { "aria-hidden": "true" }, "👁 "), "Only visible to you"),
      el("div.message-head", {}, el("b.author", {}, "Slackbot"), el("time.stamp", { datetime: notice.at }, formatDate(at, "{time}"))),
      el("div.message-body", {}, el("p.failure", {}, notice.text)),
    ),
  );
}

function placeNotices(items, notices) {
  const out = [...items];
  for (const notice of notices) {
    const after = out.findIndex((item) => item.at > notice.at);
    out.splice(after < 0 ? out.length : after, 0, notice);
  }
  return out;
}
