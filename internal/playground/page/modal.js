// Modals: the top of the person's stack of views, in one dialog.

import { drawBlocks } from "./blocks.js";
import { post } from "./client.js";
import { el, fill } from "./dom.js";
import { holdFocus } from "./keyed.js";
import { viewSurface } from "./surfaces.js";
import { drawTextObject, words } from "./words.js";

const inputs = "input:not([type=hidden]), textarea, select, button.select";

/** Keeps the dialog in step with the stack of views. */
export class Modal {
  #view = null;
  #sign = "";
  #surface = null;
  #errors = {};
  #trouble = "";
  #busy = false;

  constructor(app, dialog) {
    this.app = app;
    this.dialog = dialog;
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.#close();
    });
  }

  /** Shows the topmost of these views, or none. */
  update(views) {
    const view = views.at(-1) ?? null;
    if (!view) return this.#hide();
    const sign = JSON.stringify([view.id, view.hash, view.title, view.submit, view.close, view.blocks, view.errors, views.length]);
    if (sign === this.#sign) return undefined;
    const other = view.id !== this.#view?.id;
    this.#view = view;
    this.#sign = sign;
    this.#errors = view.errors ?? {};
    this.#trouble = "";
    this.#draw(views.length);
    if (!this.dialog.open) this.dialog.showModal();
    if (other) this.#focusFirst();
    return undefined;
  }

  #hide() {
    if (this.dialog.open) this.dialog.close();
    this.#view = null;
    this.#sign = "";
    fill(this.dialog);
  }

  #draw(depth) {
    const view = this.#view;
    const focus = holdFocus(this.dialog);
    const scroll = this.dialog.querySelector(".modal-body")?.scrollTop ?? 0;
    this.#surface = viewSurface(this.app, view, { errors: this.#errors });
    const back = depth > 1;
    const form = el(
      "form",
      { novalidate: true, method: "dialog", on: { submit: (e) => (e.preventDefault(), this.#submit()), input: (e) => forgive(e.target) } },
      el(
        "header",
        {},
        el("h2", { id: "modal-title" }, drawTextObject(view.title, this.app.names)),
        el("button.quiet", { type: "button", title: back ? "Back" : "Close", "aria-label": back ? "Back" : "Close", on: { click: () => this.#close() } }, back ? "‹" : "×"),
      ),
      el("div.modal-body", { tabindex: "-1" }, drawBlocks(view.blocks, this.#surface)),
      this.#trouble && el("p.modal-trouble", { role: "alert" }, this.#trouble),
      this.#foot(),
    );
    fill(this.dialog, form);
    form.querySelector(".modal-body").scrollTop = scroll;
    focus.restore();
  }

  #foot() {
    const { close, submit, blocks } = this.#view;
    const sends = submit || (blocks ?? []).some((b) => b.type === "input");
    return el(
      "footer.dialog-foot",
      {},
      el("button.button", { type: "button", on: { click: () => this.#close() } }, words(close) || (sends ? "Cancel" : "Close")),
      sends && el("button.button.primary", { type: "submit", disabled: this.#busy, "aria-busy": this.#busy ? "true" : null }, words(submit) || "Submit"),
    );
  }

  #focusFirst() {
    const body = this.dialog.querySelector(".modal-body");
    const first = body.querySelector("[autofocus]") ?? body.querySelector(inputs) ?? body;
    first.focus();
  }

  async #close() {
    const id = this.#view?.id;
    if (!id) return;
    this.app.forget(id);
    const answer = await post("/_slack/close", { user: this.app.user, view_id: id });
    if (answer.gone) this.#hide();
  }

  async #submit() {
    if (this.#busy) return;
    const view = this.#view;
    this.#again({ busy: true, errors: {}, trouble: "" });
    await this.#surface.settled();
    const answer = await post("/_slack/submit", { user: this.app.user, view_id: view.id, values: this.#values(view) });
    if (this.#view?.id !== view.id) {
      this.#busy = false;
      return;
    }
    const errors = answer.errors ?? {};
    const failed = !answer.ok && Object.keys(errors).length === 0;
    this.#again({ busy: false, errors, trouble: failed ? "We had some trouble connecting. Try again?" : "" });
    this.dialog.querySelector("[data-invalid] :is(input, textarea, button)")?.focus();
  }

  // Only what stands in the view now: an update may have taken blocks away.
  #values(view) {
    const values = {};
    for (const block of view.blocks ?? []) {
      for (const element of [block.element, block.accessory, ...(block.elements ?? [])].filter((e) => e?.action_id)) {
        const choice = this.#surface.drafts.get(`${block.block_id}/${element.action_id}`);
        if (choice) (values[block.block_id] ??= {})[element.action_id] = choice;
      }
    }
    return values;
  }

  #again({ busy, errors, trouble }) {
    this.#busy = busy;
    this.#errors = errors;
    this.#trouble = trouble;
    if (this.#view) this.#draw(this.app.state.views.length);
  }
}

// An answer that is being changed is not wrong any more.
function forgive(field) {
  const block = field.closest("[data-invalid]");
  block?.querySelector(".error")?.remove();
  block?.removeAttribute("data-invalid");
  field.removeAttribute("aria-invalid");
}
