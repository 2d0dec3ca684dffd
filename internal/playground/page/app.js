// The page: one person's view of the local Slack.

import { post, Watch } from "./client.js";
import { Composer } from "./composer.js";
import { el } from "./dom.js";
import { Home } from "./home.js";
import { Lab } from "./lab.js";
import { authorOf } from "./message.js";
import { Modal } from "./modal.js";
import { parseMrkdwn, textOf } from "./mrkdwn.js";
import { openShortcuts, shortcutsOf } from "./shortcuts.js";
import { drawChannels, drawPeople, fullNameOf } from "./sidebar.js";
import { repliesByRoot, Timeline } from "./timeline.js";

const $ = (id) => document.getElementById(id);
const startUser = "UANN";
const startChannel = "CSUPPORT";
const toastMilliseconds = 6000;

class App {
  user = "";
  channelId = "";
  state = null;
  thread = null;
  #watch = null;
  #drafts = new Map();
  #seen = new Map();
  #told = 0;

  constructor() {
    this.names = {
      user: (id) => this.#find("users", id),
      channel: (id) => this.#find("channels", id),
    };
    this.timeline = new Timeline(this, $("messages"));
    this.threadLine = new Timeline(this, $("thread-messages"));
    this.modal = new Modal(this, $("modal"));
    this.home = new Home(this, $("home"));
    this.lab = new Lab(this, $("lab-body"));
    this.composer = new Composer(this, $("composer"), { target: () => ({ channel: this.channel }), sent: () => this.timeline.toEnd() });
    this.threadComposer = new Composer(this, $("thread-composer"), {
      target: () => ({ channel: this.names.channel(this.thread.channel), thread: this.thread.ts }),
      sent: () => this.threadLine.toEnd(),
    });
  }

  now() {
    return Date.now();
  }

  get channel() {
    return this.names.channel(this.channelId);
  }

  /** What was chosen or typed in a place, until its view is closed. */
  drafts(place) {
    const key = `${this.user} ${place}`;
    if (!this.#drafts.has(key)) this.#drafts.set(key, new Map());
    return this.#drafts.get(key);
  }

  forget(place) {
    this.#drafts.delete(`${this.user} ${place}`);
  }

  /** How many messages of a channel came since it was last looked at. */
  unread(channelId) {
    const since = this.#seen.get(channelId) ?? "0";
    return (this.state.messages[channelId] ?? []).filter((m) => m.ts > since && m.user !== this.user).length;
  }

  /** Follows the address: #person/channel. */
  go() {
    const [user = startUser, channel = startChannel] = decodeURIComponent(location.hash.slice(1)).split("/").filter(Boolean);
    const other = user !== this.user;
    const moved = other || channel !== this.channelId;
    this.channelId = channel;
    if (moved) this.closeThread();
    if (other) this.#become(user);
    else this.#draw();
    this.#toggle("nav", false);
    if (moved && this.state?.me.id === user) this.#entered();
  }

  #become(user) {
    this.#watch?.close();
    this.user = user;
    this.state = null;
    this.#seen.clear();
    this.#watch = new Watch(user, { onState: (state) => this.#learn(state), onLine: (online) => this.#line(online) });
  }

  #learn(state) {
    const first = this.state === null;
    const before = this.state;
    this.state = state;
    if (first) {
      for (const [id, list] of Object.entries(state.messages)) this.#seen.set(id, list.at(-1)?.ts ?? "0");
      this.#told = Math.max(0, ...(state.notices ?? []).map((n) => n.seq));
    }
    if (!this.channel) this.channelId = (this.names.channel(startChannel) ?? state.channels[0])?.id ?? "";
    this.#draw();
    if (first) this.#entered();
    else this.#announce(before);
  }

  // The bot hears of a visit to its direct messages, as from Slack.
  #entered() {
    if (this.channel?.kind === "im") post("/_slack/home", { user: this.user, tab: "messages" });
    if (matchMedia("(hover: hover)").matches) this.composer.text.focus();
  }

  #draw() {
    if (!this.state || !this.channel) return;
    const channel = this.channel;
    this.#seen.set(channel.id, (this.state.messages[channel.id] ?? []).at(-1)?.ts ?? "0");
    document.title = `${fullNameOf(channel)} · Perch playground (simulation)`;
    drawPeople($("person"), this.state.users, this.user);
    drawChannels(this, { channels: $("channels"), dms: $("dms") });
    this.#drawHead(channel);
    this.home.update(channel, this.state.home);
    this.timeline.show(channel);
    this.#drawThread();
    this.composer.turn(`${this.user}/${channel.id}`, `Message ${fullNameOf(channel)}`);
    this.#drawFoot(channel);
    this.modal.update(this.state.views ?? []);
  }

  #drawHead(channel) {
    $("channel-name").textContent = fullNameOf(channel);
    const members = channel.members?.length ?? 0;
    const facts = [channel.kind === "im" ? "Direct message with the app" : `${members} ${members === 1 ? "person" : "people"}`, channel.kind === "private" && "private", channel.is_ext_shared && "shared with another company", channel.kind !== "im" && (channel.bot_member ? "perch is here" : "perch is not here")];
    $("channel-facts").textContent = facts.filter(Boolean).join(" · ");
    $("invite").hidden = channel.kind === "im" || channel.bot_member || !channel.is_member;
    const live = this.state.bot?.connected ?? 0;
    $("bot").dataset.live = live > 0 ? "yes" : "no";
    $("bot").textContent = live > 0 ? `perch: connected (${live} ${live === 1 ? "socket" : "sockets"})` : "perch: not connected";
    const said = this.state.messages[channel.id] ?? [];
    const answered = Object.values(this.state.messages).some((list) => list.some((m) => m.bot_id));
    $("hint").hidden = answered && said.length > 0;
    $("empty").hidden = said.length > 0;
  }

  #drawFoot(channel) {
    const closed = channel.is_archived ? "This channel is archived." : channel.is_read_only ? "Only some people may post here." : channel.is_member ? "" : "You are not in this channel.";
    $("composer").hidden = closed !== "";
    $("shortcuts").hidden = shortcutsOf(this, "shortcut").length === 0;
    $("outside").hidden = closed === "";
    $("outside-why").textContent = closed;
    $("join").hidden = channel.is_member || channel.kind !== "public" || channel.is_archived;
  }

  /** Opens a thread beside the channel. */
  openThread(channel, ts) {
    this.thread = { channel, ts };
    this.#drawThread();
    this.#toggle("thread", true);
    this.threadComposer.text.focus();
  }

  closeThread() {
    this.thread = null;
    this.#toggle("thread", false);
  }

  #drawThread() {
    if (!this.thread) return;
    const channel = this.names.channel(this.thread.channel);
    if (!channel) return this.closeThread();
    this.threadLine.show(channel, this.thread.ts);
    const replies = repliesByRoot(this.state.messages[channel.id] ?? []).get(this.thread.ts)?.length ?? 0;
    $("thread-facts").textContent = `${fullNameOf(channel)} · ${replies} ${replies === 1 ? "reply" : "replies"}`;
    this.threadComposer.turn(`${this.user}/${channel.id}/${this.thread.ts}`, "Reply…");
  }

  // Those who listen hear what came in, in the words meant for them; failures
  // that belong to no channel are shown for a moment.
  #announce(before) {
    const known = new Set((before.messages[this.channelId] ?? []).map((m) => `${m.ts}${JSON.stringify(m.edited ?? "")}${m.text}`));
    const fresh = (this.state.messages[this.channelId] ?? []).filter((m) => !known.has(`${m.ts}${JSON.stringify(m.edited ?? "")}${m.text}`));
    const words = fresh.slice(-2).map((m) => `${authorOf(this, m).name}: ${textOf(parseMrkdwn(m.text || m.shown || ""))}`);
    if (words.length > 0) $("live").textContent = words.join(". ").slice(0, 600);
    for (const notice of (this.state.notices ?? []).filter((n) => n.seq > this.#told)) {
      this.#told = notice.seq;
      if (notice.channel) $("live").textContent = notice.text;
      else if ((this.state.views ?? []).length === 0) this.toast(notice.text);
    }
  }

  /** Shows a line for a few seconds. */
  toast(text) {
    const node = el("div.toast", { role: "alert" }, text);
    $("toasts").append(node);
    setTimeout(() => node.remove(), toastMilliseconds);
  }

  #line(online) {
    $("offline").hidden = online;
    if (online) this.lab.refresh();
  }

  #find(list, id) {
    return this.state?.[list].find((one) => one.id === id);
  }

  /** Wires what stands in the page from the start. */
  start() {
    addEventListener("hashchange", () => this.go());
    $("person").addEventListener("change", (e) => {
      location.hash = `${e.target.value}/${this.channelId}`;
    });
    $("invite").addEventListener("click", () => post("/_slack/invite", { channel: this.channelId, inviter: this.user }));
    $("shortcuts").addEventListener("click", (e) => openShortcuts(this, e.currentTarget, "shortcut"));
    $("join").addEventListener("click", () => post("/_slack/invite", { channel: this.channelId, user: this.user }));
    for (const example of document.querySelectorAll(".try")) {
      example.addEventListener("click", () => this.composer.suggest(example.textContent));
    }
    $("thread-close").addEventListener("click", () => this.closeThread());
    for (const button of document.querySelectorAll("[data-toggles]")) {
      button.addEventListener("click", () => this.#toggle(button.dataset.toggles));
    }
    document.addEventListener("keydown", (e) => this.#escape(e));
    this.#toggle("lab", matchMedia("(min-width: 80rem)").matches);
    this.go();
  }

  #toggle(pane, open = !document.body.classList.contains(`with-${pane}`)) {
    document.body.classList.toggle(`with-${pane}`, open);
    for (const button of document.querySelectorAll(`[data-toggles="${pane}"][aria-expanded]`)) button.setAttribute("aria-expanded", String(open));
    if (open && pane === "lab") this.lab.refresh();
  }

  #escape(event) {
    if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open], :popover-open")) return;
    if (document.body.classList.contains("with-nav")) this.#toggle("nav", false);
    else if (this.thread) this.closeThread();
    else return;
    this.composer.text.focus();
  }
}

new App().start();
