// The app's Home, a tab beside its direct messages once it has one.

import { drawBlocks } from "./blocks.js";
import { post } from "./client.js";
import { fill } from "./dom.js";
import { holdFocus } from "./keyed.js";
import { viewSurface } from "./surfaces.js";

/** Keeps the Home tab in step with the view the app published. */
export class Home {
  #sign = "";
  #tab = "messages";

  /**
   * @param {object} app
   * @param {HTMLElement} panel where the Home is drawn
   */
  constructor(app, panel) {
    this.app = app;
    this.panel = panel;
    this.tabs = [...document.querySelectorAll("#tabs [role=tab]")];
    for (const tab of this.tabs) {
      tab.addEventListener("click", () => this.#choose(tab.dataset.tab));
      tab.addEventListener("keydown", (event) => this.#step(event));
    }
  }

  /** Shows what belongs to this channel; `view` is null without a Home. */
  update(channel, view) {
    const has = channel.kind === "im" && Boolean(view);
    const tab = has ? this.#tab : "messages";
    document.getElementById("tabs").hidden = !has;
    document.body.classList.toggle("on-home", tab === "home");
    for (const one of this.tabs) {
      one.setAttribute("aria-selected", String(one.dataset.tab === tab));
      one.tabIndex = one.dataset.tab === tab ? 0 : -1;
    }
    this.panel.hidden = tab !== "home";
    if (tab === "home") this.#draw(view);
  }

  #draw(view) {
    const sign = JSON.stringify([this.app.user, view.id, view.hash, view.blocks]);
    if (sign === this.#sign) return;
    this.#sign = sign;
    const focus = holdFocus(this.panel);
    fill(this.panel, drawBlocks(view.blocks, viewSurface(this.app, view)));
    focus.restore();
  }

  #choose(tab) {
    this.#tab = tab;
    this.update(this.app.channel, this.app.state.home);
    post("/_slack/home", { user: this.app.user, tab });
  }

  #step(event) {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const next = this.tabs.find((t) => t !== event.currentTarget);
    next.focus();
    this.#choose(next.dataset.tab);
  }
}
