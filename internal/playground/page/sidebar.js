// The list of channels, and the switch between people.

import { el, fill } from "./dom.js";
import { keep } from "./keyed.js";

/** Draws the people one can be, once. */
export function drawPeople(select, users, user) {
  const people = users.filter((u) => !u.is_bot && !u.deleted);
  fill(select, people.map((u) => el("option", { value: u.id }, givenName(u) + roleOf(u))));
  select.value = user;
}

// The role is told once, in our words.
function givenName(u) {
  return (u.display_name || u.real_name || u.name).replace(/ \([^)]*\)$/, "");
}

function roleOf(u) {
  if (u.is_stranger || u.team_id !== "T0PERCH") return " (another company)";
  if (u.is_ultra_restricted) return " (guest, one channel)";
  if (u.is_restricted) return " (guest)";
  if (u.is_admin || u.is_owner) return " (admin)";
  return "";
}

/** Draws the channels and direct messages that the person sees. */
export function drawChannels(app, { channels, dms }) {
  const mine = app.state.channels.filter((c) => !c.is_archived || c.is_member);
  keep(channels, mine.filter((c) => c.kind !== "im").map((c) => item(app, c)));
  keep(dms, mine.filter((c) => c.kind === "im").map((c) => item(app, c)));
}

function item(app, channel) {
  const current = channel.id === app.channelId;
  const unread = current ? 0 : app.unread(channel.id);
  return {
    key: channel.id,
    sign: JSON.stringify([channel.name, channel.kind, channel.is_ext_shared, current, unread, channel.is_member]),
    draw: () => draw(app, channel, current, unread),
  };
}

function draw(app, channel, current, unread) {
  return el(
    "li",
    {},
    el(
      "a.channel",
      {
        href: `#${app.user}/${channel.id}`,
        "aria-current": current ? "page" : null,
        class: `${unread > 0 ? "unread" : ""} ${channel.is_member ? "" : "apart"}`,
        data: { key: "open" },
      },
      el("span.channel-mark", { "aria-hidden": "true" }, markOf(channel)),
      el("span.channel-name", {}, nameOf(channel)),
      channel.is_ext_shared && el("span.badge", { title: "Shared with another company" }, "shared"),
      unread > 0 && el("span.count", {}, String(unread), el("span.sr", {}, " new")),
    ),
  );
}

function markOf(channel) {
  if (channel.kind === "im") return "🐟";
  return channel.kind === "private" ? "🔒" : "#";
}

/** A channel's name as people say it. */
export function nameOf(channel) {
  return channel.kind === "im" ? "perch" : channel.name;
}

/** The same with its sign: #support, perch. */
export function fullNameOf(channel) {
  return channel.kind === "im" ? "perch" : `#${channel.name}`;
}
