// Lists that change without losing their place: only what differs is drawn
// again, and what had the focus keeps it.

/**
 * Makes a container's children match `items`.
 * @param {Element} container
 * @param {{key: string, sign: string, draw: () => Element}[]} items `sign` changes when the drawing would
 */
export function keep(container, items) {
  const focus = holdFocus(container);
  const old = new Map([...container.children].map((node) => [node.dataset.item, node]));
  let place = container.firstElementChild;
  for (const item of items) {
    const was = old.get(item.key);
    old.delete(item.key);
    const node = was?.sign === item.sign ? was : drawn(item);
    if (node === place) {
      place = place.nextElementSibling;
      continue;
    }
    container.insertBefore(node, place);
    if (was && was !== node) {
      if (place === was) place = was.nextElementSibling;
      was.remove();
    }
  }
  for (const gone of old.values()) gone.remove();
  focus.restore();
}

function drawn(item) {
  const node = item.draw();
  node.dataset.item = item.key;
  node.sign = item.sign;
  return node;
}

/** Remembers what has the focus inside a container, by the keys of its elements. */
export function holdFocus(container) {
  const active = document.activeElement;
  const inside = active && active !== container && container.contains(active);
  const item = inside && active.closest("[data-item]")?.dataset.item;
  const key = inside && active.closest("[data-key]")?.dataset.key;
  const range = inside && "selectionStart" in active ? [active.selectionStart, active.selectionEnd] : null;
  return {
    restore() {
      if (!inside || document.activeElement === active) return;
      const scope = (item && [...container.children].find((n) => n.dataset.item === item)) || container;
      const target = sameElement(scope, key) ?? scope;
      target.focus({ preventScroll: true });
      if (range && range[0] !== null && target.setSelectionRange) setRange(target, range);
    },
  };
}

const focusable = "button, input, textarea, select, a";

// Slack makes block ids up anew where the app gave none, so the action id
// alone has to do when nothing fits whole.
function sameElement(scope, key) {
  if (!key) return null;
  const keyed = [...scope.querySelectorAll("[data-key]")];
  const action = key.slice(key.indexOf("/"));
  const found = keyed.find((n) => n.dataset.key === key) ?? keyed.find((n) => n.dataset.key.endsWith(action));
  return found?.matches(focusable) ? found : found?.querySelector(focusable);
}

function setRange(target, range) {
  try {
    target.setSelectionRange(...range);
  } catch {
    // Some kinds of input have no selection.
  }
}
