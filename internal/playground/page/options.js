// The list that a select menu opens: type to narrow, arrows to move, Enter to
// take, Esc to leave.

import { el, fill } from "./dom.js";
import { openPanel, place } from "./menu.js";
import { drawTextObject, words } from "./words.js";

const typingPause = 150;
// What is found later should not make the list jump to the other side.
const searchRoom = 320;

/** One opened list of options; it ends when its panel closes. */
export class OptionList {
  #active = -1;
  #asked = 0;
  #timer = 0;
  #closing = false;

  /**
   * @param {HTMLElement} anchor what was pressed
   * @param {object} how
   *   label; names, to draw mentions; groups(query), which gives or promises
   *   option groups; least, characters before it is asked; remote, when asking
   *   takes time; many, clearable, quick; most, how many may be taken;
   *   chosen, options; settle(options), called when the choice changed
   */
  constructor(anchor, how) {
    this.anchor = anchor;
    this.how = how;
    this.picked = new Map(how.chosen.map((o) => [o.value, o]));
    this.before = [...this.picked.keys()].join("\n");
    this.search = this.#drawSearch();
    this.list = el("div.options", { role: "listbox", id: "options", "aria-label": how.label, "aria-multiselectable": how.many ? "true" : null });
    this.panel = openPanel(anchor, [this.search, this.list, this.#drawFoot()], { room: how.remote ? searchRoom : 0, onClose: () => this.#closed() });
    this.panel.classList.add("select-panel");
    this.search.focus();
    this.#refresh();
  }

  #drawSearch() {
    const search = el("input.select-search", {
      type: "text",
      role: "combobox",
      class: this.how.quick ? "sr" : "",
      "aria-expanded": "true",
      "aria-controls": "options",
      "aria-autocomplete": "list",
      "aria-label": `Search: ${this.how.label}`,
      placeholder: "Search…",
      autocomplete: "off",
    });
    search.addEventListener("keydown", (event) => this.#key(event));
    search.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#refresh(), this.how.remote ? typingPause : 0);
    });
    return search;
  }

  #drawFoot() {
    const { many, clearable } = this.how;
    if (!many && !(clearable && this.picked.size > 0)) return null;
    const button = (text, press) => el("button.quiet", { type: "button", on: { click: press } }, text);
    return el("div.panel-foot", {}, clearable && button("Clear", () => this.#finish([])), many && button("Done", () => this.panel.hidePopover()));
  }

  #key(event) {
    const keys = {
      ArrowDown: () => this.#move(this.#active + 1),
      ArrowUp: () => this.#move(this.#active - 1),
      Enter: () => this.#lines()[this.#active]?.click(),
    };
    if (event.isComposing || !(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  }

  #lines() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  #move(to) {
    const all = this.#lines();
    this.#active = all.length === 0 ? -1 : (to + all.length) % all.length;
    all.forEach((line, i) => line.classList.toggle("active", i === this.#active));
    this.search.setAttribute("aria-activedescendant", all[this.#active]?.id ?? "");
    all[this.#active]?.scrollIntoView({ block: "nearest" });
  }

  async #refresh() {
    const turn = ++this.#asked;
    const { least, remote, groups } = this.how;
    if (this.search.value.length < least) {
      this.#note(least === 1 ? "Type something to search." : `Type ${least} or more characters.`);
      return;
    }
    if (remote) this.#note("Loading…");
    try {
      const found = await groups(this.search.value);
      if (turn === this.#asked) this.#draw(found);
    } catch (err) {
      if (turn === this.#asked) this.#note(err.message);
    }
  }

  #note(text) {
    this.#active = -1;
    fill(this.list, el("p.options-note", { role: "status" }, text));
  }

  #draw(groups) {
    let n = 0;
    const nodes = groups.flatMap((g) => [g.label && el("div.option-group", {}, words(g.label)), ...(g.options ?? []).map((o) => this.#drawOption(o, n++))]);
    if (n === 0) {
      this.#note("No results.");
      return;
    }
    fill(this.list, nodes);
    this.#move(Math.max(0, this.#lines().findIndex((l) => l.getAttribute("aria-selected") === "true")));
    place(this.panel, this.anchor);
  }

  #drawOption(o, i) {
    const line = el(
      "div.option",
      { role: "option", id: `option-${i}`, "aria-selected": String(this.picked.has(o.value)) },
      el("span", {}, drawTextObject(o.text, this.how.names)),
      o.description && el("small", {}, words(o.description)),
    );
    line.addEventListener("click", () => this.#take(o, line));
    return line;
  }

  #take(o, line) {
    if (!this.how.many) {
      this.#finish([o]);
      return;
    }
    if (this.picked.has(o.value)) this.picked.delete(o.value);
    else if (this.picked.size < this.how.most) this.picked.set(o.value, o);
    line.setAttribute("aria-selected", String(this.picked.has(o.value)));
  }

  #finish(options) {
    this.#closing = true;
    this.panel.hidePopover();
    this.how.settle(options);
  }

  // Several choices are told once, when the list is left.
  #closed() {
    clearTimeout(this.#timer);
    const changed = [...this.picked.keys()].join("\n") !== this.before;
    if (this.how.many && changed && !this.#closing) this.how.settle([...this.picked.values()]);
  }
}
