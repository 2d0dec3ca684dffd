// Employers on their way through Finch Connect: one to play oneself, and some
// that a program plays.

import { isForYou, nameAttempts } from "./attempts.js";
import { get, post } from "./client.js";
import { el, fill } from "./dom.js";
import { field, section } from "./panel.js";

const plays = [
  ["An employer stops at the terms of service now", "terms", (name) => `${name} reads the terms, leaves three times and goes on a few minutes later.`],
  ["An employer goes through", "through", (name) => `${name} goes through Connect.`],
  ["An employer mistypes the password", "password", (name) => `${name} enters a wrong password four times and gives up.`],
];

/** A part of the panel; it hides itself where no host application is there. */
export class Employers {
  #attempts = [];

  constructor(say) {
    this.say = say;
    this.pick = el("select", { id: "lab-employer", on: { change: () => this.#point(), focus: () => this.refresh() } });
    this.open = el("a.button", { id: "lab-open", target: "_blank", rel: "noopener" }, "Open Connect as this employer");
    const start = el("button.button", { type: "button", on: { click: () => this.#send("", (name) => `${name} has a link. Open it as the employer, and watch it here: /session-timeline ${name}`) } }, "A new employer for you to play");
    this.part = section(
      "With employers who connect",
      el("p.hint", {}, "A simulated host application tells Perch the stages; Finch itself does not."),
      field("Session", this.pick),
      el("div.lab-buttons", {}, this.open, start, plays.map(([text, does, said]) => el("button.button", { type: "button", on: { click: () => this.#send(does, said) } }, text))),
    );
    this.part.hidden = true;
  }

  /** Asks the host application for its sessions again. */
  async refresh() {
    const answer = await get("/_host/employers");
    this.part.hidden = !answer.ok;
    if (!answer.ok) return;
    this.#attempts = answer.employers;
    this.#list(this.pick.value);
  }

  #list(chosen) {
    const names = nameAttempts(this.#attempts);
    const same = [...this.pick.options].every((o, i) => o.textContent === [...names.values()][i]) && this.pick.options.length === names.size;
    if (!same) fill(this.pick, [...names].map(([id, name]) => el("option", { value: id }, name)));
    if (names.has(chosen)) this.pick.value = chosen;
    this.#point();
  }

  #point() {
    const chosen = this.#attempts.find((a) => a.session_id === this.pick.value);
    if (chosen) this.open.setAttribute("href", `/_host/app/${encodeURIComponent(chosen.session_id)}`);
    else this.open.removeAttribute("href");
    this.open.classList.toggle("primary", Boolean(chosen && isForYou(chosen)));
  }

  async #send(does, said) {
    const answer = await post("/_host/employers", { does });
    this.say(answer.ok ? said(answer.employer.customer_name) : "Perch did not take the session. Reload the page and try again.");
    await this.refresh();
    if (answer.ok) {
      this.pick.value = answer.employer.session_id;
      this.#point();
    }
  }
}
