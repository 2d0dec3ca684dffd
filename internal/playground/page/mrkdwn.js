// Slack's mrkdwn, read into a tree. Nothing here touches the page: what comes
// out is data, and only dom.js turns it into elements, so that text from
// outside can never become markup.
//
// Nodes: {type:"text",text} {type:"break"} {type:"code"|"pre",text}
// {type:"bold"|"italic"|"strike"|"quote",children} {type:"emoji",name,tone}
// {type:"link",url,children} {type:"user"|"channel"|"usergroup",id,label}
// {type:"broadcast",range} {type:"date",unix,format,url,fallback}

import { emojiByName } from "./emoji.js";

/**
 * Reads mrkdwn.
 * @param {string} source as Slack stores it: & < > escaped, tokens in angle brackets
 * @param {{verbatim?: boolean}} [options] verbatim leaves bare URLs alone
 */
export function parseMrkdwn(source, { verbatim = false } = {}) {
  const nodes = [];
  for (const [index, piece] of String(source).split("```").entries()) {
    const fenced = index % 2 === 1;
    if (fenced) nodes.push({ type: "pre", text: plainTokens(piece.replace(/^\n|\n$/g, "")) });
    else nodes.push(...parseLines(trimAround(piece, index > 0), verbatim));
  }
  return closeOddFence(nodes, source);
}

/** Reads plain_text: characters and, unless told otherwise, emoji by name. */
export function parsePlain(text, { emoji = true } = {}) {
  const nodes = [];
  const add = adder(nodes);
  for (const [i, line] of String(text).split("\n").entries()) {
    if (i > 0) nodes.push({ type: "break" });
    if (emoji) pushEmoji(line, nodes, add);
    else add(line);
  }
  return nodes;
}

/** The bare words of a tree, for labels and for people who listen. */
export function textOf(nodes) {
  const one = (n) => {
    if (n.children) return textOf(n.children);
    if (n.type === "break") return "\n";
    if (n.type === "emoji") return emojiByName(n.name, n.tone) ?? `:${n.name}:`;
    if (n.type === "user") return `@${n.label ?? n.id}`;
    if (n.type === "channel") return `#${n.label ?? n.id}`;
    if (n.type === "broadcast") return `@${n.range}`;
    return n.text ?? n.fallback ?? n.label ?? "";
  };
  return nodes.map(one).join("");
}

/** True for addresses a person may follow from here; never script or data. */
export function safeURL(url) {
  return /^(https?:\/\/|mailto:)[^\s]/i.test(url);
}

// A fence without its partner is text, not the start of a block.
function closeOddFence(nodes, source) {
  const fences = String(source).split("```").length - 1;
  if (fences % 2 === 0) return nodes;
  const last = nodes.findLastIndex((n) => n.type === "pre");
  const cut = String(source).lastIndexOf("```");
  return [...nodes.slice(0, last), { type: "text", text: "```" }, ...parseLines(String(source).slice(cut + 3), false)];
}

// The line breaks beside a fence belong to the fence.
function trimAround(piece, afterFence) {
  return (afterFence ? piece.replace(/^\n/, "") : piece).replace(/\n$/, (end) => (afterFence ? end : ""));
}

const quoteMark = /^(?:&gt;|>) ?/;
const quoteRest = /^(?:&gt;|>){3}/;

function parseLines(text, verbatim) {
  const nodes = [];
  const lines = text.split("\n");
  for (let i = 0; i < lines.length; i++) {
    if (quoteRest.test(lines[i])) {
      const rest = [lines[i].replace(quoteRest, ""), ...lines.slice(i + 1)].join("\n").trimStart();
      return [...nodes, { type: "quote", children: parseInline(rest, verbatim) }];
    }
    const quoted = [];
    while (i < lines.length && quoteMark.test(lines[i])) quoted.push(lines[i++].replace(quoteMark, ""));
    if (quoted.length > 0) {
      nodes.push({ type: "quote", children: parseInline(quoted.join("\n"), verbatim) });
      i--;
      continue;
    }
    nodes.push(...parseInline(lines[i], verbatim));
    const next = lines[i + 1];
    if (next !== undefined && !quoteMark.test(next)) nodes.push({ type: "break" });
  }
  return nodes;
}

const marks = new Map([
  ["*", "bold"],
  ["_", "italic"],
  ["~", "strike"],
]);
const emojiToken = /:([a-z0-9_+'-]+):(?::skin-tone-([2-6]):)?/y;
const angleToken = /<([^<>\n]+)>/y;
const bareURL = /https?:\/\/[^\s<>|]+[^\s<>|.,;:!?)'"\]*_~`]/y;

function parseInline(text, verbatim, open = "") {
  const nodes = [];
  const add = adder(nodes);
  const closers = closerFinder(text);
  let i = 0;
  while (i < text.length) {
    const step = token(text, i, { verbatim, open, closers });
    if (step) {
      nodes.push(...step.nodes);
      i = step.end;
      continue;
    }
    const stop = nextSpecial(text, i + 1, verbatim);
    add(unescape(text.slice(i, stop)));
    i = stop;
  }
  return nodes;
}

// token reads one thing that starts at i, or nothing.
function token(text, i, how) {
  const c = text[i];
  if (c === "\n") return { nodes: [{ type: "break" }], end: i + 1 };
  if (c === "`") return codeSpan(text, i);
  if (c === "<") return angle(text, i);
  if (c === ":") return emoji(text, i);
  if (c === "h" && !how.verbatim && boundary(text[i - 1])) return autoLink(text, i);
  if (marks.has(c) && !how.open.includes(c)) return emphasis(text, i, how);
  return null;
}

function nextSpecial(text, from, verbatim) {
  const special = verbatim ? /[\n`<:*_~]/g : /[\n`<:*_~]|https?:\/\//g;
  special.lastIndex = from;
  return special.exec(text)?.index ?? text.length;
}

function match(pattern, text, i) {
  pattern.lastIndex = i;
  return pattern.exec(text);
}

function codeSpan(text, i) {
  const end = text.indexOf("`", i + 1);
  const inner = text.slice(i + 1, end);
  if (end < 0 || inner.trim() === "" || inner.includes("\n")) return null;
  return { nodes: [{ type: "code", text: plainTokens(inner) }], end: end + 1 };
}

function emoji(text, i) {
  const m = match(emojiToken, text, i);
  if (!m || !emojiByName(m[1])) return null;
  return { nodes: [{ type: "emoji", name: m[1], tone: Number(m[2] ?? 0) }], end: i + m[0].length };
}

function autoLink(text, i) {
  const m = match(bareURL, text, i);
  if (!m) return null;
  const url = unescape(m[0]);
  return { nodes: [{ type: "link", url, children: [{ type: "text", text: url }] }], end: i + m[0].length };
}

function emphasis(text, i, how) {
  const mark = text[i];
  if (!boundary(text[i - 1]) || /\s/.test(text[i + 1] ?? " ") || text[i + 1] === mark) return null;
  const end = how.closers(mark, i + 1);
  if (end < 0) return null;
  const children = parseInline(text.slice(i + 1, end), how.verbatim, how.open + mark);
  return { nodes: [{ type: marks.get(mark), children }], end: end + 1 };
}

// closerFinder finds where an emphasis ends: on the same line, after a
// character that is no space, before one that is no word. A search that failed
// is not repeated within its line, so hostile text costs no more than its length.
function closerFinder(text) {
  const hopeless = new Map();
  return (mark, from) => {
    if (from < (hopeless.get(mark) ?? -1)) return -1;
    for (let j = from; j < text.length && text[j] !== "\n"; j++) {
      const skip = text[j] === "`" ? codeSpan(text, j) : text[j] === "<" ? angle(text, j) : null;
      if (skip) j = skip.end - 1;
      else if (text[j] === mark && j > from && !/\s/.test(text[j - 1]) && boundary(text[j + 1])) return j;
    }
    const lineEnd = text.indexOf("\n", from);
    hopeless.set(mark, lineEnd < 0 ? text.length : lineEnd);
    return -1;
  };
}

function boundary(c) {
  return c === undefined || !/[\p{L}\p{N}]/u.test(c);
}

function angle(text, i) {
  const m = match(angleToken, text, i);
  return m ? { nodes: angleNodes(m[1]), end: i + m[0].length } : null;
}

function angleNodes(inner) {
  const bar = inner.indexOf("|");
  const target = bar < 0 ? inner : inner.slice(0, bar);
  const label = bar < 0 ? undefined : unescape(inner.slice(bar + 1));
  if (target.startsWith("@")) return [{ type: "user", id: target.slice(1), label }];
  if (target.startsWith("#")) return [{ type: "channel", id: target.slice(1), label: label || undefined }];
  if (target.startsWith("!")) return special(target.slice(1), label);
  const url = unescape(target);
  const shown = label ?? url.replace(/^mailto:/i, "");
  if (!safeURL(url)) return [{ type: "text", text: label === undefined ? `<${url}>` : `${label} <${url}>` }];
  return [{ type: "link", url, children: parsePlain(shown) }];
}

function special(command, label) {
  const [name, ...rest] = command.split("^");
  if (name === "date" && rest.length >= 2 && /^-?\d+$/.test(rest[0])) {
    const [unix, format, url] = rest;
    return [{ type: "date", unix: Number(unix), format: unescape(format), url, fallback: label ?? "" }];
  }
  if (name === "subteam") return [{ type: "usergroup", id: rest[0] ?? "", label }];
  if (["here", "channel", "everyone"].includes(name)) return [{ type: "broadcast", range: name }];
  return [{ type: "text", text: label ?? `<!${name}>` }];
}

// Inside code only links lose their brackets; nothing else is special there.
function plainTokens(text) {
  const shown = text.replace(/<((?:https?:\/\/|mailto:)[^<>|\n]+)(?:\|([^<>\n]*))?>/g, (_, url, label) => label || url);
  return unescape(shown);
}

const entities = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };

function unescape(text) {
  return text.replace(/&(?:lt|gt|amp);/g, (e) => entities[e]);
}

function adder(nodes) {
  return (text) => {
    const last = nodes.at(-1);
    if (text === "") return;
    if (last?.type === "text") last.text += text;
    else nodes.push({ type: "text", text });
  };
}

function pushEmoji(line, nodes, add) {
  let from = 0;
  for (let i = line.indexOf(":"); i >= 0; i = line.indexOf(":", i)) {
    const found = emoji(line, i);
    if (!found) {
      i++;
      continue;
    }
    add(line.slice(from, i));
    nodes.push(...found.nodes);
    from = i = found.end;
  }
  add(line.slice(from));
}
