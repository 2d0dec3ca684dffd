// The app's shortcuts: those on a message, and those that work anywhere.

import { post } from "./client.js";
import { openMenu } from "./menu.js";

/** The app's shortcuts of one type: "message_action", or "shortcut" for global ones. */
export function shortcutsOf(app, type) {
  return (app.state?.shortcuts ?? []).filter((s) => s.type === type);
}

/**
 * Opens the menu of shortcuts beside what was pressed.
 * @param {object} app
 * @param {HTMLElement} anchor
 * @param {string} type
 * @param {{channel?: string, ts?: string}} on the message, for those on messages
 */
export function openShortcuts(app, anchor, type, on = {}) {
  openMenu(
    anchor,
    shortcutsOf(app, type).map((s) => ({ label: s.name, note: s.description, pick: () => run(app, s, on) })),
  );
}

// What comes of it is a view, or a message; here only that nothing did.
async function run(app, shortcut, on) {
  const answer = await post("/_slack/shortcut", { user: app.user, callback_id: shortcut.callback_id, ...on });
  if (!answer.ok && on.channel) app.toast(answer.text ?? answer.error);
}
