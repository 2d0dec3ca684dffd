// Where people type: a message, or a slash command that completes itself.

import { post } from "./client.js";
import { el, fill } from "./dom.js";

// What Slack would show from the app's manifest, and for its own commands. One
// that the table does not know is offered without a hint.
const hints = {
  "/connection": "[customer name, customer id, connection id or company id]",
  "/jobs": "[customer, id or Job ID] [status:failed] [type:…] [provider:…] [since:7d]",
  "/perch": "subscribe [kinds] [filters] | subscriptions | problems [filters] | threads on|off | status | help",
  "/invite": "@someone [#channel]",
};

const historyLength = 50;

/** One composer: a channel's, or a thread's. */
export class Composer {
  #history = [];
  #at = 0;
  #drafts = new Map();
  #place = "";
  #options = [];
  #active = 0;

  /**
   * @param {object} app
   * @param {HTMLFormElement} form holds a textarea, a button and a listbox
   * @param {{target: () => {channel: object, thread?: string}, sent: () => void}} how
   */
  constructor(app, form, { target, sent }) {
    this.app = app;
    this.form = form;
    this.target = target;
    this.sent = sent;
    this.text = form.querySelector("textarea");
    this.list = form.querySelector("[role=listbox]");
    this.text.addEventListener("input", () => this.#changed());
    this.text.addEventListener("keydown", (event) => this.#key(event));
    this.text.addEventListener("blur", () => this.#offer([]));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
  }

  /** Turns to another place; each keeps what was half written. */
  turn(place, label) {
    if (place !== this.#place) {
      this.#drafts.set(this.#place, this.text.value);
      this.#place = place;
      this.#set(this.#drafts.get(place) ?? "");
    }
    this.text.placeholder = label;
    this.text.setAttribute("aria-label", label);
  }

  /** Puts a text in and the focus there. */
  suggest(text) {
    this.#set(text);
    this.text.focus();
  }

  #set(text) {
    this.text.value = text;
    this.#changed();
    this.#offer([]);
  }

  #changed() {
    this.text.style.setProperty("height", "auto");
    const high = this.text.scrollHeight; // 0 while it is not shown
    if (high > 0) this.text.style.setProperty("height", `${Math.min(high + 2, 200)}px`);
    this.form.classList.toggle("has-text", this.text.value.trim() !== "");
    this.#offer(completions(this.app, this.text.value, this.text.selectionStart));
  }

  #key(event) {
    if (event.isComposing) return;
    const open = this.#options.length > 0;
    const keys = {
      ArrowDown: open ? () => this.#mark(this.#active + 1) : this.#canRecall(1) && (() => this.#recall(1)),
      ArrowUp: open ? () => this.#mark(this.#active - 1) : this.#canRecall(-1) && (() => this.#recall(-1)),
      Tab: open && !event.shiftKey && (() => this.#take(this.#options[this.#active])),
      Escape: open && (() => this.#offer([])),
      Enter: !event.shiftKey && (() => this.#enter()),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    if (event.key === "Escape") event.stopPropagation();
    keys[event.key]();
  }

  #enter() {
    const option = this.#options[this.#active];
    if (option && option.insert.trim() !== this.text.value.trim()) this.#take(option);
    else this.#send();
  }

  #canRecall(step) {
    const browsing = this.#at < this.#history.length && this.text.value === this.#history[this.#at];
    return this.#history.length > 0 && (this.text.value === "" ? step < 0 : browsing);
  }

  #recall(step) {
    this.#at = Math.max(0, Math.min(this.#history.length, this.#at + step));
    this.#set(this.#history[this.#at] ?? "");
    this.text.setSelectionRange(this.text.value.length, this.text.value.length);
  }

  async #send() {
    const text = this.text.value.trim();
    if (text === "") return;
    const { channel, thread } = this.target();
    if (text.startsWith("/") && thread) {
      this.app.toast(`${text.split(" ")[0]} is not supported in threads. Sorry!`);
      return;
    }
    this.#history = [...this.#history.filter((h) => h !== text), text].slice(-historyLength);
    this.#at = this.#history.length;
    this.#set("");
    this.sent();
    const where = { user: this.app.user, channel: channel.id };
    const answer = text.startsWith("/") ? await post("/_slack/command", { ...where, text }) : await post("/_slack/message", { ...where, text: marked(this.app, text), thread_ts: thread });
    if (answer.ok) return;
    const failedCommand = text.startsWith("/") && !answer.gone;
    if (!failedCommand) this.app.toast(`Not sent: ${answer.error}`);
    const unsent = !failedCommand || answer.error === "not_a_command";
    if (unsent && this.text.value === "") this.#set(text);
  }

  #offer(options) {
    this.#options = options;
    this.list.hidden = options.length === 0;
    this.text.setAttribute("aria-expanded", String(options.length > 0));
    const line = (o, i) => el("div.option", { role: "option", id: `${this.list.id}-${i}`, on: { mousedown: (e) => (e.preventDefault(), this.#take(o)) } }, el("b", {}, o.label), o.note && el("span.hint", {}, ` ${o.note}`));
    fill(this.list, options.map(line));
    this.#mark(0);
  }

  #mark(i) {
    this.#active = this.#options.length === 0 ? 0 : (i + this.#options.length) % this.#options.length;
    [...this.list.children].forEach((line, n) => {
      line.classList.toggle("active", n === this.#active);
      line.setAttribute("aria-selected", String(n === this.#active));
    });
    if (this.#options.length > 0) this.text.setAttribute("aria-activedescendant", `${this.list.id}-${this.#active}`);
    else this.text.removeAttribute("aria-activedescendant");
  }

  #take(option) {
    if (!option) return;
    const caret = this.text.selectionStart;
    const head = this.text.value.slice(0, caret - option.typed) + option.insert;
    this.text.value = head + this.text.value.slice(caret);
    this.text.setSelectionRange(head.length, head.length);
    this.#changed();
    this.#offer([]);
  }
}

function completions(app, text, caret) {
  if (!app.state) return [];
  const typed = text.slice(0, caret);
  if (/^\/\S*$/.test(typed)) return commandsLike(app.state.commands ?? [], typed);
  const word = /(?:^|\s)([@#][\p{L}\p{N}._-]*)$/u.exec(typed)?.[1];
  if (!word) return [];
  const like = (name) => name.toLowerCase().startsWith(word.slice(1).toLowerCase());
  const names = word[0] === "@" ? app.state.users.map((u) => u.name) : app.state.channels.filter((c) => c.kind !== "im").map((c) => c.name);
  return names.filter(like).slice(0, 6).map((name) => ({ label: word[0] + name, insert: `${word[0]}${name} `, typed: word.length }));
}

function commandsLike(commands, typed) {
  return commands
    .map((c) => (typeof c === "string" ? { command: c, usage_hint: hints[c] } : c))
    .filter((c) => c.command.startsWith(typed.toLowerCase()))
    .map((c) => ({ label: c.command, note: c.usage_hint ?? "", insert: `${c.command} `, typed: typed.length }));
}

// marked names people and channels by id; the Slack escapes the rest itself.
function marked(app, text) {
  const users = new Map(app.state.users.map((u) => [u.name.toLowerCase(), u.id]));
  const channels = new Map(app.state.channels.map((c) => [c.name?.toLowerCase(), c.id]));
  return text.replace(/(^|[\s(])([@#])([\p{L}\p{N}._-]*[\p{L}\p{N}])/gu, (whole, before, sign, name) => {
    const id = (sign === "@" ? users : channels).get(name.toLowerCase());
    return id ? `${before}<${sign}${id}>` : whole;
  });
}
