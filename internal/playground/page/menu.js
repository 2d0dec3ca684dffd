// Small panels that open beside what was pressed: menus, and the frame that
// lists of options share. The browser's popover closes them on Esc and on a
// press elsewhere.

import { el } from "./dom.js";

/**
 * Opens a panel beside an element and gives it back. It closes by itself and
 * returns the focus.
 */
export function openPanel(anchor, content, { label, role, onClose } = {}) {
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
  place(panel, anchor);
  return panel;
}

/** Puts a panel under its anchor, or above where there is more room. */
export function place(panel, anchor) {
  const at = anchor.getBoundingClientRect();
  const gap = 4;
  const below = innerHeight - at.bottom - 2 * gap;
  const above = at.top - 2 * gap;
  const up = below < Math.min(panel.scrollHeight, 280) && above > below;
  const width = panel.offsetWidth;
  const set = (name, value) => panel.style.setProperty(name, `${value}px`);
  set("max-height", Math.max(120, up ? above : below));
  set("left", Math.max(gap, Math.min(at.left, innerWidth - width - gap)));
  if (up) set("bottom", innerHeight - at.top + gap);
  else set("top", at.bottom + gap);
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
