// The Markdown that Slack's `markdown` block understands, read into a tree of
// the same kinds as mrkdwn.js gives, and {type:"heading",level,children}
// {type:"list",ordered,start,items:[{children,done}]} {type:"rule"}
// {type:"table",rows:[[children]]} {type:"paragraph",children}.

import { parsePlain, safeURL } from "./mrkdwn.js";

/** Reads a Markdown text into blocks. Raw HTML is text like any other. */
export function parseMarkdown(source) {
  const lines = String(source).replace(/\r\n?/g, "\n").split("\n");
  const blocks = [];
  let i = 0;
  while (i < lines.length) {
    const rule = rules.find((r) => r.starts(lines[i], lines[i + 1]));
    const { block, next } = (rule ?? paragraph).read(lines, i);
    if (block) blocks.push(block);
    i = next;
  }
  return blocks;
}

const fenceMark = /^\s*(```+|~~~+)/;
const headingMark = /^(#{1,6})\s+(.*?)\s*#*$/;
const quoteMark = /^\s*>\s?/;
const itemMark = /^(\s*)([-*+]|\d{1,9}[.)])\s+(?:\[([ xX])\]\s+)?(.*)$/;
const ruleMark = /^\s*([-*_])(?:\s*\1){2,}\s*$/;
const tableRule = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

const blank = {
  starts: (line) => line.trim() === "",
  read: (_, i) => ({ next: i + 1 }),
};

const fence = {
  starts: (line) => fenceMark.test(line),
  read(lines, i) {
    const mark = fenceMark.exec(lines[i])[1];
    let end = i + 1;
    while (end < lines.length && !lines[end].trim().startsWith(mark)) end++;
    return { block: { type: "pre", text: lines.slice(i + 1, end).join("\n") }, next: end + 1 };
  },
};

const heading = {
  starts: (line) => headingMark.test(line),
  read(lines, i) {
    const [, marks, text] = headingMark.exec(lines[i]);
    return { block: { type: "heading", level: marks.length, children: inline(text) }, next: i + 1 };
  },
};

const rule = {
  starts: (line) => ruleMark.test(line),
  read: (_, i) => ({ block: { type: "rule" }, next: i + 1 }),
};

const quote = {
  starts: (line) => quoteMark.test(line),
  read(lines, i) {
    const [taken, next] = takeWhile(lines, i, (l) => quoteMark.test(l));
    const text = taken.map((l) => l.replace(quoteMark, "")).join("\n");
    return { block: { type: "quote", children: inline(text) }, next };
  },
};

const list = {
  starts: (line) => itemMark.test(line),
  read(lines, i) {
    const [taken, next] = takeWhile(lines, i, (l) => itemMark.test(l));
    const items = taken.map((line) => {
      const [, indent, , box, text] = itemMark.exec(line);
      const done = box === undefined ? undefined : box !== " ";
      return { indent: Math.min(8, Math.floor(indent.length / 2)), done, children: inline(text) };
    });
    const number = Number.parseInt(itemMark.exec(taken[0])[2], 10);
    return { block: { type: "list", ordered: !Number.isNaN(number), start: number || 1, items }, next };
  },
};

const table = {
  starts: (line, after) => line.includes("|") && after !== undefined && after.includes("-") && tableRule.test(after),
  read(lines, i) {
    const [taken, next] = takeWhile(lines, i + 2, (l) => l.includes("|"));
    return { block: { type: "table", rows: [lines[i], ...taken].map(cells) }, next };
  },
};

const rules = [blank, fence, heading, rule, quote, table, list];

const paragraph = {
  read(lines, i) {
    const stops = (l, after) => rules.some((r) => r.starts(l, after));
    let end = i + 1;
    while (end < lines.length && !stops(lines[end], lines[end + 1])) end++;
    return { block: { type: "paragraph", children: inline(lines.slice(i, end).join("\n")) }, next: end };
  },
};

function takeWhile(lines, from, wanted) {
  let end = from;
  while (end < lines.length && wanted(lines[end])) end++;
  return [lines.slice(from, end), end];
}

function cells(line) {
  return line
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => inline(cell.trim()));
}

// The patterns of inline Markdown, tried in this order where each may start.
const spans = [
  [/\\([\\`*_{}[\]()#+\-.!~|>])/y, (m) => [{ type: "text", text: m[1] }]],
  [/(`+)([^\n]*?[^`\n])\1(?!`)/y, (m) => [{ type: "code", text: m[2].trim() }]],
  [/!?\[([^\]\n]*)\]\(([^()\s]+)(?:\s+"[^"\n]*")?\)/y, (m) => link(m[2], m[1])],
  [/<((?:https?:\/\/|mailto:)[^<>\s]+)>/y, (m) => link(m[1], m[1])],
  [/https?:\/\/[^\s<>|]+[^\s<>|.,;:!?)'"\]*_~`]/y, (m) => link(m[0], m[0])],
  [/(\*\*|__)(?=\S)([^\n]{1,2000}?\S)\1/y, (m, depth) => [{ type: "bold", children: inline(m[2], depth + 1) }]],
  [/~~(?=\S)([^\n]{1,2000}?\S)~~/y, (m, depth) => [{ type: "strike", children: inline(m[1], depth + 1) }]],
  [/([*_])(?=[^\s*_])([^\n*_]{1,2000})\1(?![\p{L}\p{N}])/uy, (m, depth) => [{ type: "italic", children: inline(m[2], depth + 1) }]],
];
const startsSpan = /[\\`!<[h*_~]/g;

function inline(text, depth = 0) {
  if (depth > 4) return parsePlain(text);
  const nodes = [];
  let from = 0;
  let i = 0;
  while (i < text.length) {
    startsSpan.lastIndex = i;
    const found = startsSpan.exec(text);
    if (!found) break;
    const span = spanAt(text, found.index, depth);
    i = found.index + (span?.length ?? 1);
    if (!span) continue;
    nodes.push(...parsePlain(text.slice(from, found.index)), ...span.nodes);
    from = i;
  }
  return [...nodes, ...parsePlain(text.slice(from))];
}

function spanAt(text, i, depth) {
  for (const [pattern, make] of spans) {
    pattern.lastIndex = i;
    const m = pattern.exec(text);
    if (m) return { nodes: make(m, depth), length: m[0].length };
  }
  return null;
}

function link(url, label) {
  if (!safeURL(url)) return [{ type: "text", text: label }];
  return [{ type: "link", url, children: parsePlain(label) }];
}
