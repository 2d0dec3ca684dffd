// "Make something happen": what a customer, a provider, Finch or Slack may do
// at any moment, at the press of a button.

import { get, post, remove } from "./client.js";
import { describe, hasEnded, nameConnections } from "./connections.js";
import { el, fill } from "./dom.js";
import { Employers } from "./employers.js";
import { choice, field, row, section } from "./panel.js";

const statuses = ["connected", "processing", "pending", "reauth", "error_permissions", "error_no_account_setup", "disconnected"];
const outcomes = [
  ["complete", "completes"],
  ["error", "fails"],
  ["reauth_error", "fails: employer must reconnect"],
  ["permissions_error", "fails: permissions"],
  ["missed", "never starts"],
  ["stuck", "never ends"],
];

// What is wrong with Finch until it is well again.
const troubles = [
  { name: "Answers after 8 s", said: "Finch answers after 8 seconds.", fault: { delay_ms: 8000 } },
  { name: "Is down", said: "Finch answers 503 to everything.", fault: { status: 503, body: "<html><body>Service Unavailable</body></html>", content_type: "text/html" } },
];

const refusals = {
  ended: "This connection has ended; connecting again makes a new one.",
  unknown: "This connection is not there any more.",
  by_hand: "Nothing here hands tokens to Perch; add it by hand.",
};

/** Draws the panel into `holder` and keeps what it knows of Finch fresh. */
export class Lab {
  #connections = [];
  #faults = [];

  constructor(app, holder) {
    this.app = app;
    this.pick = el("select", { id: "lab-connection", on: { change: () => this.#describe() } });
    this.about = el("p.hint", { id: "lab-about" });
    this.said = el("p.lab-said", { role: "status" });
    this.status = choice("lab-status", statuses.map((s) => [s, s]));
    this.outcome = choice("lab-outcome", outcomes);
    this.employers = new Employers((text) => this.#say(text));
    fill(holder, this.#customer(), this.employers.part, this.#provider(), this.#finch(), this.#slack(), this.said);
  }

  /** Asks the local Finch for its connections and its faults again. */
  async refresh() {
    this.employers.refresh();
    const [state, faults] = await Promise.all([get("/_finch/state"), get("/_finch/fault")]);
    if (!state.ok || !faults.ok) return;
    this.#connections = state.connections ?? [];
    this.#faults = faults.faults ?? [];
    this.#list();
    this.#describe();
    this.#showTroubles();
  }

  #list() {
    const chosen = this.pick.value;
    fill(this.pick, [...nameConnections(this.#connections)].map(([id, name]) => el("option", { value: id }, name)));
    const harbor = this.#connections.find((c) => /harbor/i.test(c.customer_name ?? ""));
    this.pick.value = this.#connections.some((c) => c.connection_id === chosen) ? chosen : (harbor?.connection_id ?? this.pick.value);
  }

  #customer() {
    this.alive = [
      this.status,
      this.#button("Set", () => this.#tell("status", { status: this.status.value }, `Status is ${this.status.value} now.`)),
      this.outcome,
      this.#button("Run", () => this.#sync()),
      this.#button("Employer reconnects: new token", () => this.#reconnect()),
    ];
    const [status, set, outcome, run, reconnect] = this.alive;
    return section(
      "With a customer",
      field("Connection", this.pick),
      this.about,
      row(field("Status becomes", status), set),
      row(field("A sync runs now and", outcome), run),
      reconnect,
    );
  }

  #finch() {
    this.troubles = troubles.map((t) => this.#button(t.name, () => this.#trouble(t)));
    return section(
      "With Finch",
      el("div.lab-buttons", {}, this.troubles, this.#button("Is well again", () => this.#do(() => remove("/_finch/fault"), "Finch is well."))),
    );
  }

  #provider() {
    return section(
      "With all of one provider",
      el("div.lab-buttons", {}, this.#button("Syncs fail", () => this.#syncAll("error", "fail")), this.#button("Syncs complete", () => this.#syncAll("complete", "complete"))),
    );
  }

  #slack() {
    const slack = (fault, said) => (this.app.state?.bot?.connected ? this.#do(() => post("/_slack/fault", fault), said) : this.#say("Perch is not connected to Slack now."));
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

  // What ails one provider ails all its connections: an outage.
  #syncAll(outcome, words) {
    const able = this.#connections.filter((c) => c.status === "connected" && !c.assisted);
    const [provider, its] = [...Map.groupBy(able, (c) => c.provider_id)].sort(([, a], [, b]) => b.length - a.length)[0] ?? [];
    if (!its) return this.#say("No provider has connections that sync.");
    const sync = (c) => post("/_finch/sync", { connection_id: c.connection_id, outcome });
    return this.#do(async () => (await Promise.all(its.map(sync))).find((answer) => !answer.ok) ?? { ok: true }, `${its.length} syncs at ${provider} ${words}.`);
  }

  // The fault before is taken away first: two at once would hide each other.
  #trouble({ fault, said }) {
    return this.#do(async () => {
      const cleared = await remove("/_finch/fault");
      return cleared.ok ? post("/_finch/fault", fault) : cleared;
    }, said);
  }

  #showTroubles() {
    const lasts = ({ fault }) => this.#faults.some((f) => f.status === fault.status && f.delay_ms === fault.delay_ms && !f.path);
    this.troubles.forEach((button, i) => button.setAttribute("aria-pressed", String(lasts(troubles[i]))));
  }

  // The employer signs in again; the application that uses Finch gets the new
  // token and hands it to Perch, as it would in earnest.
  #reconnect() {
    const id = this.pick.value;
    return this.#do(
      async () => {
        const token = await post("/_finch/token", { connection_id: id });
        return token.ok ? post(`/_host/connections/${encodeURIComponent(id)}/token`, { access_token: token.access_token }) : token;
      },
      "The employer reconnected; Perch has the new token.",
      "The employer reconnected, but Perch could not check the new token with Finch. Press again when Finch is well.",
    );
  }

  async #do(act, said, failed = "That did not work. Reload the page and try again.") {
    const answer = await act();
    this.#say(answer.ok ? said : answer.gone ? answer.error : (refusals[answer.code] ?? failed));
    await this.refresh();
  }

  #say(text) {
    this.said.textContent = text;
  }

  // What has ended takes no more: its buttons rest, and the focus goes on to
  // where another connection can be chosen.
  #describe() {
    const chosen = this.#connections.find((one) => one.connection_id === this.pick.value);
    this.about.textContent = chosen ? describe(chosen) : "";
    const rests = !chosen || hasEnded(chosen);
    if (rests && this.alive.includes(document.activeElement)) this.pick.focus();
    for (const control of this.alive) control.disabled = rests;
  }
}
