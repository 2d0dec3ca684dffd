// Small panels that open beside what was pressed: menus, and the frame that
// lists of options share. The browser's popover closes them on Esc and on a
// press elsewhere.

import { el } from "./dom.js";

/**
 * Opens a panel beside an element and gives it back. It closes by itself and
 * returns the focus. `room` is the height, in pixels, that it may come to need.
 */
export function openPanel(anchor, content, { label, role, room = 0, onClose } = {}) {
  const panel = el("div.panel", { popover: "auto", role, "aria-label": label }, content);
  // What stands outside an open dialog is inert, so the panel goes inside.
  (anchor.closest("dialog") ?? document.body).append(panel);
  anchor.setAttribute("aria-expanded", "true");
  // The browser gives the focus back to what had it when the panel opened.
  anchor.focus();
  panel.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    anchor.setAttribute("aria-expanded", "false");
    const inside = panel.contains(document.activeElement) || document.activeElement === document.body;
    panel.remove();
    if (inside && anchor.isConnected) anchor.focus();
    onClose?.();
  });
  panel.showPopover();
  place(panel, anchor, room);
  return panel;
}

/**
 * Puts a panel under its anchor, or above where it does not fit below and
 * there is more room. Placed again, one that opened upwards stays above: it
 * must not jump while somebody types in it.
 */
export function place(panel, anchor, room = 0) {
  const at = anchor.getBoundingClientRect();
  const gap = 4;
  const below = innerHeight - at.bottom - 2 * gap;
  const above = at.top - 2 * gap;
  const set = (name, value) => panel.style.setProperty(name, value === null ? "auto" : `${value}px`);
  // Measured where nothing narrows it.
  set("max-height", innerHeight);
  set("left", gap);
  const up = panel.dataset.side === "up" || (Math.max(panel.offsetHeight, room) > below && above > below);
  panel.dataset.side = up ? "up" : "down";
  set("top", up ? null : at.bottom + gap);
  set("bottom", up ? innerHeight - at.top + gap : null);
  set("max-height", Math.max(120, up ? above : below));
  set("left", Math.max(gap, Math.min(at.left, innerWidth - panel.offsetWidth - gap)));
}

/**
 * Opens a menu.
 * @param {HTMLElement} anchor
 * @param {{label: Node|string, note?: string, pick: () => void}[]} items
 */
export function openMenu(anchor, items) {
  const buttons = items.map((item) => {
    const pick = () => {
      panel.hidePopover();
      item.pick();
    };
    return el("button.menu-item", { type: "button", role: "menuitem", tabindex: "-1", on: { click: pick } }, item.label, item.note && el("small", {}, item.note));
  });
  const panel = openPanel(anchor, buttons, { role: "menu", label: anchor.getAttribute("aria-label") ?? "Menu" });
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  panel.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    if (event.key === "Tab") panel.hidePopover();
    if (!step) return;
    event.preventDefault();
    const at = buttons.indexOf(document.activeElement);
    buttons.at((at + step + buttons.length) % buttons.length).focus();
  });
  buttons[0]?.focus();
}
