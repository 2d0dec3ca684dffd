// Where blocks stand, and what acting there means at the Slack's door.

import { post } from "./client.js";
import { drawElement } from "./elements.js";

/**
 * The blocks of a message.
 * @param {object} app `state` and `user` of who looks
 * @param {string} channel
 * @param {object} message
 */
export function messageSurface(app, channel, message) {
  return surface(app, { channel, ts: message.ts }, () => message.state?.values);
}

/** The blocks of a view: a modal or the Home. `errors` are by block. */
export function viewSurface(app, view, { errors = {} } = {}) {
  return { ...surface(app, { view_id: view.id }, () => view.state?.values), error: (block) => errors[block] };
}

function surface(app, place, values) {
  const at = (block, element) => ({ user: app.user, ...place, block_id: block.block_id, action_id: element.action_id });
  const key = (block, element) => `${block.block_id}/${element.action_id}`;
  const drafts = app.drafts(place.view_id ?? `${place.channel}/${place.ts}`);
  const filler = slowly((body) => post("/_slack/fill", body));
  const self = {
    names: app.names,
    world: () => app.state,
    value: (block, element) => drafts.get(key(block, element)) ?? values()?.[block.block_id]?.[element.action_id],
    drafts,
    async act(block, element, choice) {
      await filler.now();
      if (Object.keys(choice).length > 0) drafts.set(key(block, element), kept(element, choice));
      return post("/_slack/click", { ...at(block, element), ...choice });
    },
    async fill(block, element, choice) {
      drafts.set(key(block, element), kept(element, choice));
      if (place.view_id) filler.soon({ ...at(block, element), ...choice });
      return { ok: true };
    },
    suggest: (block, element, value) => post("/_slack/suggest", { ...at(block, element), value }),
    settled: () => filler.now(),
    drawElement: (block, element) => drawElement(block, element, self),
  };
  return self;
}

// A choice may name options by value; what is kept has them whole, as Slack's
// state has, so that they can be drawn again.
function kept(element, choice) {
  const known = new Map([...(element.options ?? []), ...(element.option_groups ?? []).flatMap((g) => g.options ?? [])].map((o) => [o.value, o]));
  const whole = (o) => (typeof o === "string" ? (known.get(o) ?? { value: o, text: { type: "plain_text", text: o } }) : o);
  const out = { ...choice };
  if (choice.selected_option) out.selected_option = whole(choice.selected_option);
  if (Array.isArray(choice.selected_options)) out.selected_options = choice.selected_options.map(whole);
  return out;
}

// slowly sends the last of many quick calls, each element's own.
function slowly(send, wait = 200) {
  const waiting = new Map();
  let timer;
  const flush = async () => {
    clearTimeout(timer);
    const bodies = [...waiting.values()];
    waiting.clear();
    await Promise.all(bodies.map(send));
  };
  return {
    soon(body) {
      waiting.set(`${body.block_id}/${body.action_id}`, body);
      clearTimeout(timer);
      timer = setTimeout(flush, wait);
    },
    now: flush,
  };
}
