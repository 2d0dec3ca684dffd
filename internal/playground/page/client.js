// The two control doors, and the one copy of what the page knows.

/** Posts to a door and gives its answer; a door that is gone is an answer too. */
export async function post(path, body) {
  return call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });
}

/** Reads from a door. */
export async function get(path) {
  return call(path, {});
}

/** Deletes at a door. */
export async function remove(path) {
  return call(path, { method: "DELETE" });
}

async function call(path, init) {
  try {
    const response = await fetch(path, { cache: "no-store", ...init });
    const answer = await response.json();
    return { ok: response.ok, ...answer };
  } catch {
    return { ok: false, error: "The playground does not answer. Is it still running?", gone: true };
  }
}

/**
 * Follows what one person sees.
 *
 * `onState` gets the whole state each time something changed, never twice at
 * once and never an older one after a newer; `onLine` hears whether the
 * playground can be reached.
 */
export class Watch {
  #user;
  #onState;
  #onLine;
  #events;
  #asking = false;
  #again = false;

  constructor(user, { onState, onLine }) {
    this.#user = user;
    this.#onState = onState;
    this.#onLine = onLine;
    this.#events = new EventSource(`/_slack/events?user=${encodeURIComponent(user)}`);
    this.#events.addEventListener("message", () => this.refresh());
    this.#events.addEventListener("open", () => this.#onLine(true));
    this.#events.addEventListener("error", () => this.#onLine(false));
  }

  /** Asks for the state; many calls while one is under way become one more. */
  async refresh() {
    if (this.#asking) {
      this.#again = true;
      return;
    }
    this.#asking = true;
    do {
      this.#again = false;
      const state = await get(`/_slack/state?user=${encodeURIComponent(this.#user)}`);
      if (!this.#events) return;
      if (state.ok) this.#onState(state);
    } while (this.#again);
    this.#asking = false;
  }

  close() {
    this.#events.close();
    this.#events = null;
  }
}
