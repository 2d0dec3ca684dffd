// "Make something happen": what a customer, a provider, Finch or Slack may do
// at any moment, at the press of a button.

import { get, post, remove } from "./client.js";
import { el, fill } from "./dom.js";

const statuses = ["connected", "processing", "pending", "reauth", "error_permissions", "error_no_account_setup", "disconnected"];
const outcomes = [
  ["complete", "completes"],
  ["error", "fails"],
  ["reauth_error", "fails: employer must reconnect"],
  ["permissions_error", "fails: permissions"],
  ["missed", "never starts"],
  ["stuck", "never ends"],
];
const slowMilliseconds = 8000;

/** Draws the panel into `holder` and keeps its list of connections fresh. */
export class Lab {
  #connections = [];

  constructor(app, holder) {
    this.app = app;
    this.pick = el("select", { id: "lab-connection", on: { change: () => this.#describe() } });
    this.about = el("p.hint");
    this.said = el("p.lab-said", { role: "status" });
    this.status = choice("lab-status", statuses.map((s) => [s, s]));
    this.outcome = choice("lab-outcome", outcomes);
    fill(holder, this.#customer(), this.#finch(), this.#slack(), this.said);
  }

  /** Asks the local Finch for its connections again. */
  async refresh() {
    const state = await get("/_finch/state");
    if (!state.ok) return;
    this.#connections = [...(state.connections ?? [])].sort((a, b) => label(a).localeCompare(label(b)));
    const chosen = this.pick.value;
    fill(this.pick, this.#connections.map((c) => el("option", { value: c.connection_id }, label(c))));
    const harbor = this.#connections.find((c) => /harbor/i.test(c.customer_name ?? ""));
    this.pick.value = this.#connections.some((c) => c.connection_id === chosen) ? chosen : (harbor?.connection_id ?? this.pick.value);
    this.#describe();
  }

  #customer() {
    return section(
      "With a customer",
      field("Connection", this.pick),
      this.about,
      row(field("Status becomes", this.status), this.#button("Set", () => this.#tell("status", { status: this.status.value }, `Status is ${this.status.value} now.`))),
      row(field("A sync runs now and", this.outcome), this.#button("Run", () => this.#sync())),
      this.#button("Employer reconnects: new token", () => this.#reconnect()),
    );
  }

  #finch() {
    return section(
      "With Finch",
      el(
        "div.lab-buttons",
        {},
        this.#button("Answers after 8 s", () => this.#fault({ delay_ms: slowMilliseconds }, "Finch answers after 8 seconds.")),
        this.#button("Is down", () => this.#fault({ status: 503, body: "<html><body>Service Unavailable</body></html>", content_type: "text/html" }, "Finch answers 503 to everything.")),
        this.#button("Is well again", () => this.#fault(null, "Finch is well.")),
      ),
    );
  }

  #slack() {
    const slack = (fault, said) => this.#do(() => post("/_slack/fault", fault), said);
    return section(
      "With Slack",
      el(
        "div.lab-buttons",
        {},
        this.#button("Asks for a new connection", () => slack({ kind: "disconnect", reason: "warning", socket: 0 }, "Slack warned its connections: they close in 10 seconds.")),
        this.#button("Cuts the line", () => slack({ kind: "kill", socket: 0 }, "The connections were cut without a word.")),
        this.#button("Reload this page's Slack", () => this.#do(() => post("/_slack/reload", { user: this.app.user }), "Reloaded: what only you saw is gone.")),
      ),
    );
  }

  #button(text, act) {
    const press = async (event) => {
      const button = event.currentTarget;
      button.setAttribute("aria-busy", "true");
      await act();
      button.removeAttribute("aria-busy");
    };
    return el("button.button", { type: "button", on: { click: press } }, text);
  }

  #tell(path, body, said) {
    return this.#do(() => post(`/_finch/${path}`, { connection_id: this.pick.value, ...body }), said);
  }

  #sync() {
    const [, words] = outcomes.find(([value]) => value === this.outcome.value);
    return this.#tell("sync", { outcome: this.outcome.value }, `The sync ${words}.`);
  }

  // The fault before is taken away first: two at once would hide each other.
  #fault(fault, said) {
    return this.#do(async () => {
      const cleared = await remove("/_finch/fault");
      return fault && cleared.ok ? post("/_finch/fault", fault) : cleared;
    }, said);
  }

  // The employer signs in again; the application that uses Finch gets the new
  // token and hands it to Perch, as it would in earnest.
  async #reconnect() {
    const id = this.pick.value;
    const token = await post("/_finch/token", { connection_id: id });
    if (!token.ok) return this.#say(token.error);
    const adopted = await post(`/_host/connections/${encodeURIComponent(id)}/token`, { access_token: token.access_token });
    this.#say(adopted.ok ? "The employer reconnected; Perch has the new token." : `The employer reconnected, but Perch did not take the new token: ${adopted.error}.`);
    return this.refresh();
  }

  async #do(act, said) {
    const answer = await act();
    this.#say(answer.ok ? said : `That did not work: ${answer.error}`);
    await this.refresh();
  }

  #say(text) {
    this.said.textContent = text;
  }

  #describe() {
    const c = this.#connections.find((one) => one.connection_id === this.pick.value);
    this.about.textContent = c ? [c.status, c.provider_id, c.assisted ? "assisted" : "automated", c.environment].filter(Boolean).join(" · ") : "";
  }
}

function label(connection) {
  return connection.customer_name ?? connection.customer_id ?? connection.connection_id;
}

function section(title, ...content) {
  return el("section.lab-part", {}, el("h3", {}, title), content);
}

function field(text, control) {
  return el("label.lab-field", {}, el("span", {}, text), control);
}

function row(...content) {
  return el("div.lab-row", {}, content);
}

function choice(id, pairs) {
  return el("select", { id }, pairs.map(([value, text]) => el("option", { value }, text)));
}
