// Text objects: plain_text and mrkdwn.

import { drawText } from "./dom.js";
import { parseMrkdwn, parsePlain } from "./mrkdwn.js";

/** Draws a text object, mrkdwn or plain. */
export function drawTextObject(object, names) {
  if (!object) return "";
  if (typeof object === "string") return drawText(parsePlain(object), names);
  const nodes = object.type === "mrkdwn" ? parseMrkdwn(object.text ?? "", { verbatim: object.verbatim }) : parsePlain(object.text ?? "", { emoji: object.emoji !== false });
  return drawText(nodes, names);
}

/** The words of a text object, for labels. */
export function words(object) {
  return typeof object === "string" ? object : (object?.text ?? "");
}
