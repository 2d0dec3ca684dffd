// Run by TestPageText with `node --test`.

import assert from "node:assert/strict";
import test from "node:test";
import { isForYou, nameAttempts } from "../page/attempts.js";
import { describe, nameConnections } from "../page/connections.js";
import { formatDate } from "../page/dates.js";
import { emojiByCode, emojiByName } from "../page/emoji.js";
import { parseCSV } from "../page/files.js";
import { parseMarkdown } from "../page/markdown.js";
import { parseMrkdwn, parsePlain, safeURL, textOf } from "../page/mrkdwn.js";

const text = (t) => ({ type: "text", text: t });
const br = { type: "break" };
const kinds = (nodes) => nodes.map((n) => n.type);

test("emphasis", () => {
  const table = {
    "*bold*": [{ type: "bold", children: [text("bold")] }],
    "_it_ and ~gone~": [{ type: "italic", children: [text("it")] }, text(" and "), { type: "strike", children: [text("gone")] }],
    "*a _b_ c*": [{ type: "bold", children: [text("a "), { type: "italic", children: [text("b")] }, text(" c")] }],
    "snake_case_name": [text("snake_case_name")],
    "2 * 3 * 4": [text("2 * 3 * 4")],
    "*open": [text("*open")],
    "*a\nb*": [text("*a"), br, text("b*")],
    "(*b*)": [text("("), { type: "bold", children: [text("b")] }, text(")")],
    "**": [text("**")],
    "*a* *b*": [{ type: "bold", children: [text("a")] }, text(" "), { type: "bold", children: [text("b")] }],
  };
  for (const [source, want] of Object.entries(table)) assert.deepEqual(parseMrkdwn(source), want, source);
});

test("code keeps what is inside as it is", () => {
  assert.deepEqual(parseMrkdwn("`*a* :key: &lt;b&gt;`"), [{ type: "code", text: "*a* :key: <b>" }]);
  assert.deepEqual(parseMrkdwn("x\n```\n*a*\n<@U1>\n```\ny"), [text("x"), { type: "pre", text: "*a*\n<@U1>" }, text("y")]);
  assert.deepEqual(parseMrkdwn("```open *b*"), [text("```"), text("open "), { type: "bold", children: [text("b")] }]);
  assert.deepEqual(parseMrkdwn("`<https://a.example|label>`"), [{ type: "code", text: "label" }]);
});

test("quotes", () => {
  assert.deepEqual(parseMrkdwn("&gt; a\n&gt; b\nc"), [{ type: "quote", children: [text("a"), br, text("b")] }, text("c")]);
  assert.deepEqual(parseMrkdwn("a\n> b"), [text("a"), { type: "quote", children: [text("b")] }]);
  assert.deepEqual(parseMrkdwn("&gt;&gt;&gt; a\n\nb"), [{ type: "quote", children: [text("a"), br, br, text("b")] }]);
});

test("angle tokens", () => {
  assert.deepEqual(parseMrkdwn("<https://a.example/?x=1&amp;y=2|label>"), [{ type: "link", url: "https://a.example/?x=1&y=2", children: [text("label")] }]);
  assert.deepEqual(parseMrkdwn("<@U1> <#C1|ops> <!here> <!subteam^S1|@team>"), [
    { type: "user", id: "U1", label: undefined },
    text(" "),
    { type: "channel", id: "C1", label: "ops" },
    text(" "),
    { type: "broadcast", range: "here" },
    text(" "),
    { type: "usergroup", id: "S1", label: "@team" },
  ]);
  assert.deepEqual(parseMrkdwn("<!date^1763709243^{date_short_pretty} {time}|2025-11-21 07:14 UTC>"), [
    { type: "date", unix: 1763709243, format: "{date_short_pretty} {time}", url: undefined, fallback: "2025-11-21 07:14 UTC" },
  ]);
  assert.deepEqual(parseMrkdwn("*<https://a.example|x*y>*")[0].type, "bold");
});

test("bare addresses become links unless verbatim", () => {
  assert.deepEqual(kinds(parseMrkdwn("see https://a.example/x_y_z. ok")), ["text", "link", "text"]);
  assert.deepEqual(kinds(parseMrkdwn("see https://a.example/x", { verbatim: true })), ["text"]);
});

test("emoji by name; unknown names stay", () => {
  assert.deepEqual(parsePlain(":key: at 10:30:15 :nope:"), [{ type: "emoji", name: "key", tone: 0 }, text(" at 10:30:15 :nope:")]);
  assert.deepEqual(parsePlain(":key:", { emoji: false }), [text(":key:")]);
  assert.equal(emojiByName("+1", 4), "👍🏽");
  assert.equal(emojiByCode("1f44d-1f3fb"), "👍🏻");
  assert.equal(emojiByCode("zz"), undefined);
});

test("every emoji that Perch's cards use has a character", () => {
  const used =
    "large_green_circle hourglass_flowing_sand key no_entry black_circle grey_question white_check_mark x arrows_counterclockwise " +
    "clock3 raised_hand zzz rotating_light door large_green_square large_red_square white_large_square warning information_source";
  for (const name of used.split(" ")) assert.ok(emojiByName(name), name);
});

test("hostile text becomes text", () => {
  const hostile = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "&lt;img src=x onerror=alert(1)&gt;",
    "<javascript:alert(1)|click>",
    "<JaVaScRiPt:alert(1)>",
    "<data:text/html,hi|x>",
    "<vbscript:x|y>",
    "< https://a.example|x>",
    "<!unknown^thing>",
    "<!date^nan^{date}|never>",
    "</textarea><svg onload=alert(1)>",
  ];
  for (const source of hostile) {
    for (const node of parseMrkdwn(source)) assert.equal(node.type, "text", source);
  }
  assert.equal(textOf(parseMrkdwn("&amp;lt;b&amp;gt;")), "&lt;b&gt;", "unescaped once, not twice");
  assert.equal(textOf(parseMrkdwn("<javascript:alert(1)|https://good.example>")), "https://good.example <javascript:alert(1)>");
});

test("which addresses may be followed", () => {
  for (const url of ["https://a.example", "http://127.0.0.1:7077/x", "mailto:a@b.example"]) assert.ok(safeURL(url), url);
  for (const url of ["javascript:alert(1)", " javascript:alert(1)", "java\nscript:x", "data:text/html,x", "//a.example", "/path", "file:///etc/passwd", "https://", ""])
    assert.ok(!safeURL(url), url);
});

test("hostile length costs no more than its length", () => {
  const long = 40_000;
  for (const unit of ["*a", "_*~", "`", "<", "*a ", ":a", "**", "*a* ", "<@", "&lt;", "> ", "*_~`<:"]) {
    const source = unit.repeat(long / unit.length);
    const started = process.cpuUsage().user;
    parseMrkdwn(source);
    assert.ok((process.cpuUsage().user - started) / 1000 < 3000, `${JSON.stringify(unit)} took too long`);
  }
});

test("deep nesting ends", () => {
  const source = "*_~".repeat(5000) + "x" + "~_*".repeat(5000);
  assert.ok(textOf(parseMrkdwn(source)).includes("x"));
});

const at = Date.UTC(2026, 10, 21, 7, 14, 3) / 1000;
const reader = { now: new Date(Date.UTC(2026, 10, 21, 12)), locale: "en-US", timeZone: "UTC" };

test("dates in the reader's zone", () => {
  const table = [
    ["{date_num}", reader, "2026-11-21"],
    ["{date_num}", { ...reader, timeZone: "America/Los_Angeles" }, "2026-11-20"],
    ["{date_short_pretty}", reader, "today"],
    ["{date_pretty}", { ...reader, now: new Date(Date.UTC(2026, 10, 22, 1)) }, "yesterday"],
    ["{date_pretty}", { ...reader, now: new Date(Date.UTC(2026, 10, 20, 23)) }, "tomorrow"],
    ["{date_short}", reader, "Nov 21"],
    ["{date_short}", { ...reader, now: new Date(Date.UTC(2028, 0, 1)) }, "Nov 21, 2026"],
    ["{date_long}", reader, "Saturday, November 21"],
    ["{ago}", reader, "4 hours ago"],
  ];
  for (const [format, how, want] of table) assert.equal(formatDate(at, format, how), want, format);
  assert.match(formatDate(at, "at {time}, {unknown}", reader), /^at 7:14\sAM, \{unknown\}$/);
  assert.equal(formatDate(1e18, "{date}", reader), "", "a moment beyond all calendars");
});

test("markdown blocks", () => {
  const blocks = parseMarkdown("# Head\n\npara *it* **bold** `code`\n\n- [x] one\n- two\n\n1. a\n2. b\n\n> q\n\n```js\nx < y\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n---");
  assert.deepEqual(kinds(blocks), ["heading", "paragraph", "list", "list", "quote", "pre", "table", "rule"]);
  assert.deepEqual(kinds(blocks[1].children), ["text", "italic", "text", "bold", "text", "code"]);
  assert.equal(blocks[2].items[0].done, true);
  assert.equal(blocks[5].text, "x < y");
  assert.equal(blocks[6].rows.length, 2);
});

test("hostile markdown becomes text", () => {
  const [p] = parseMarkdown("<b>x</b> [click](javascript:alert(1)) ![i](data:x)");
  assert.ok(p.children.every((n) => n.type === "text"));
});

test("hostile markdown ends", () => {
  for (const unit of ["*a", "[", "`", "**a", "|-", "> ", "~~a", "h"]) {
    parseMarkdown(unit.repeat(20_000 / unit.length));
  }
});

test("CSV", () => {
  assert.deepEqual(parseCSV('a,b\r\n"x, y","say ""hi"""\n,\n'), [["a", "b"], ["x, y", 'say "hi"'], ["", ""]]);
  assert.deepEqual(parseCSV(""), []);
});

test("connections are told apart", () => {
  const one = (id, customer_id, customer_name, more) => ({ connection_id: id, customer_id, customer_name, status: "connected", introspected: 1, ...more });
  const names = nameConnections([
    one("aaaaaaaa-1", "cust_2", "Twin"),
    one("bbbbbbbb-2", "cust_3", "Twin"),
    one("cccccccc-3", "cust_4", "Again", { status: "disconnected" }),
    one("dddddddd-4", "cust_4", "Again"),
    one("eeeeeeee-5", "cust_5", null, { introspected: 0 }),
    one("ffffffff-6", "cust_6", "x".repeat(255)),
  ]);
  assert.deepEqual([...names], [
    ["cccccccc-3", "Again · cust_4 · cccccccc (ended)"],
    ["dddddddd-4", "Again · cust_4 · dddddddd"],
    ["eeeeeeee-5", "cust_5 (unknown to Perch)"],
    ["aaaaaaaa-1", "Twin · cust_2"],
    ["bbbbbbbb-2", "Twin · cust_3"],
    ["ffffffff-6", `${"x".repeat(59)}…`],
  ]);
});

test("a connection in words", () => {
  const gone = { status: "disconnected", provider_id: "gusto", assisted: false, environment: "production", introspected: 0 };
  assert.equal(describe(gone), "disconnected · gusto · automated · production. It has ended; connecting again makes a new one. Perch was never told of it.");
});

test("the application's sessions in words", () => {
  const attempt = (more) => ({ session_id: "s", customer_name: "Wren", open: true, simulated: false, quiet: false, reconnect: false, stage: "", ...more });
  const table = [
    [{}, "Wren: nobody there now"],
    [{ stage: "terms_of_service" }, "Wren: at the terms of service"],
    [{ stage: "a_new_stage", quiet: true }, "Wren: at a new stage (no stages told)"],
    [{ reconnect: true }, "Wren: nobody there now (reconnect)"],
    [{ simulated: true, stage: "mfa" }, "Wren: at the verification (played by a program)"],
    [{ open: false, stage: "success" }, "Wren: connected"],
    [{ open: false }, "Wren: link over"],
  ];
  for (const [more, want] of table) assert.deepEqual([...nameAttempts([attempt(more)]).values()], [want]);
  const names = nameAttempts([attempt({ session_id: "a", simulated: true }), attempt({ session_id: "b", open: false }), attempt({ session_id: "c", customer_name: "Heron" })]);
  assert.deepEqual([...names.keys()], ["c", "a", "b"], "those for you come first, those that are over last");
  assert.equal(isForYou(attempt({ simulated: true })), false);
});
