// Tables and charts.

import { el, drawTable, fill } from "./dom.js";
import { drawRichText } from "./rich.js";

/** Draws a table block. */
export function drawTableBlock(block, surface) {
  const settings = block.column_settings ?? [];
  const rows = (block.rows ?? []).map((row) => row.map((c) => drawCell(c, block, surface)));
  return drawTable(rows, { align: settings.map((s) => s?.align ?? "left") });
}

/** Draws a data_table block, a page at a time. */
export function drawDataTable(block, surface) {
  const [head = [], ...body] = block.rows ?? [];
  const size = block.page_size ?? 5;
  const pages = Math.max(1, Math.ceil(body.length / size));
  const align = head.map((_, i) => (body[0]?.[i]?.type === "raw_number" ? "right" : "left"));
  const holder = el("div.data-table");
  const show = (page) => {
    const rows = [head, ...body.slice(page * size, (page + 1) * size)].map((row) => row.map((c) => drawCell(c, block, surface)));
    const table = drawTable(rows, { caption: block.caption, align, rowHeader: block.row_header_column_index ?? -1 });
    fill(holder, table, pages > 1 && pager(page, pages, body.length, show));
  };
  show(0);
  return holder;
}

function pager(page, pages, total, show) {
  const step = (label, to, disabled) => el("button.quiet", { type: "button", disabled, on: { click: () => show(to) } }, label);
  return el(
    "div.pager",
    {},
    step("Previous", page - 1, page === 0),
    el("span", { role: "status" }, `Page ${page + 1} of ${pages}, ${total} rows`),
    step("Next", page + 1, page === pages - 1),
  );
}

function drawCell(cell, block, surface) {
  switch (cell?.type) {
    case "rich_text":
      return drawRichText(cell, surface.names);
    case "raw_number":
      return cell.text ?? String(cell.value);
    case "action":
      return cell.element ? surface.drawElement(block, cell.element) : drawCell(cell.fallback, block, surface);
    default:
      return cell?.text ?? "";
  }
}

/** Draws a chart as a table with bars: every figure can be read. */
export function drawChart(block) {
  const chart = block.chart ?? {};
  const caption = `${block.title ?? "Chart"} (${chart.type ?? "chart"})`;
  return chart.segments ? drawShares(chart.segments, caption) : drawSeries(chart, caption);
}

function drawShares(segments, caption) {
  const total = segments.reduce((sum, s) => sum + s.value, 0) || 1;
  const rows = segments.map((s) => [s.label, bar(s.value, total, `${s.value} (${Math.round((100 * s.value) / total)} %)`)]);
  return el("div.chart", {}, drawTable([["", "Share"], ...rows], { caption, rowHeader: 0 }));
}

function drawSeries(chart, caption) {
  const series = chart.series ?? [];
  const points = series.flatMap((s) => s.data ?? []);
  const most = Math.max(...points.map((p) => Math.abs(p.value)), 0) || 1;
  const labels = chart.axis_config?.categories ?? [...new Set(points.map((p) => p.label))];
  const valueAt = (s, label) => s.data?.find((p) => p.label === label)?.value;
  const rows = labels.map((label) => [label, ...series.map((s, i) => bar(valueAt(s, label), most, undefined, i))]);
  const head = [chart.axis_config?.x_label ?? "", ...series.map((s) => s.name)];
  return el("div.chart", {}, drawTable([head, ...rows], { caption, rowHeader: 0 }));
}

function bar(value, most, label = String(value ?? "–"), series = 0) {
  const fillPart = el("span.bar-fill", { data: { series } });
  fillPart.style.setProperty("inline-size", `${(100 * Math.abs(value ?? 0)) / most}%`);
  return el("span.bar", {}, el("span.bar-track", {}, fillPart), el("span.bar-value", {}, label));
}
