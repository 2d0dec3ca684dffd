// Slack's date tokens: {date_short_pretty} {time} and the like, in the
// reader's own time zone.

const DAY = 86_400_000;

/**
 * What Slack shows for `<!date^unix^format|fallback>`.
 * @param {number} unix seconds
 * @param {string} format text with tokens in braces; an unknown token stays as it is
 * @param {{now?: Date, locale?: string, timeZone?: string}} [reader]
 */
export function formatDate(unix, format, reader = {}) {
  const at = new Date(unix * 1000);
  if (Number.isNaN(at.getTime())) return "";
  const view = { now: new Date(), ...reader };
  return format.replace(/\{(\w+)\}/g, (whole, token) => tokens[token]?.(at, view) ?? whole);
}

/** The whole moment in words, for a tooltip. */
export function fullDate(unix, reader = {}) {
  return formatDate(unix, "{date_long} at {time_secs}", reader);
}

const tokens = {
  date_num: (at, v) => {
    const p = parts(at, v, { year: "numeric", month: "2-digit", day: "2-digit" }, "en-US");
    return `${p.year}-${p.month}-${p.day}`;
  },
  date_slash: (at, v) => show(at, v, { year: "numeric", month: "numeric", day: "numeric" }),
  date: (at, v) => day(at, v, { month: "long" }),
  date_short: (at, v) => day(at, v, { month: "short" }),
  date_long: (at, v) => day(at, v, { month: "long", weekday: "long" }),
  date_long_full: (at, v) => day(at, v, { month: "long", weekday: "long", year: "numeric" }),
  date_pretty: (at, v) => near(at, v) ?? tokens.date(at, v),
  date_short_pretty: (at, v) => near(at, v) ?? tokens.date_short(at, v),
  date_long_pretty: (at, v) => near(at, v) ?? tokens.date_long(at, v),
  day_divider_pretty: (at, v) => near(at, v) ?? tokens.date_long(at, v),
  time: (at, v) => show(at, v, { hour: "numeric", minute: "2-digit" }),
  time_secs: (at, v) => show(at, v, { hour: "numeric", minute: "2-digit", second: "2-digit" }),
  ago: (at, v) => ago(at, v),
};

function show(at, { locale, timeZone }, options) {
  return formatter(locale, { timeZone, ...options }).format(at);
}

function parts(at, { timeZone }, options, locale) {
  const list = formatter(locale, { timeZone, ...options }).formatToParts(at);
  return Object.fromEntries(list.map((p) => [p.type, p.value]));
}

// Making a formatter costs a hundred times what using one does, and a channel
// has thousands of dates in a few formats.
const formatters = new Map();

function formatter(locale, options) {
  const key = JSON.stringify([locale, options]);
  if (!formatters.has(key)) formatters.set(key, new Intl.DateTimeFormat(locale, options));
  return formatters.get(key);
}

// day leaves the year out within six months of now, as Slack does.
function day(at, view, options) {
  const far = Math.abs(at - view.now) > 182 * DAY;
  return show(at, view, { day: "numeric", ...options, ...(far ? { year: "numeric" } : {}) });
}

function near(at, view) {
  const words = new Map([
    [-1, "yesterday"],
    [0, "today"],
    [1, "tomorrow"],
  ]);
  return words.get(Math.round((midnight(at, view) - midnight(view.now, view)) / DAY));
}

function midnight(at, view) {
  const [y, m, d] = tokens.date_num(at, view).split("-").map(Number);
  return Date.UTC(y, m - 1, d);
}

const units = [
  ["year", 365 * DAY],
  ["month", 30 * DAY],
  ["day", DAY],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

function ago(at, { now, locale }) {
  const diff = at - now;
  const words = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  for (const [unit, size] of units) {
    if (Math.abs(diff) >= size) return words.format(Math.trunc(diff / size), unit);
  }
  return words.format(Math.trunc(diff / 1000), "second");
}
