// The local Finch's connections in words.

const longest = 60;

/** A connection that has ended never works again. */
export function hasEnded(connection) {
  return connection.status === "disconnected";
}

/** Perch looks at whatever it is told of, so this one it was never told of. */
export function isUntold(connection) {
  return connection.introspected === 0;
}

/**
 * Names connections for a list, by connection id, in the order of the list.
 * Two of one name are told apart by what differs: customer id, connection id.
 * @returns {Map<string, string>}
 */
export function nameConnections(connections) {
  const told = [nameOf, (c) => `${nameOf(c)} · ${c.customer_id}`, (c) => `${nameOf(c)} · ${c.customer_id} · ${c.connection_id.slice(0, 8)}`];
  const names = connections.map((c) => [c, told.find((tell) => connections.filter((other) => tell(other) === tell(c)).length === 1) ?? told.at(-1)]);
  return new Map(names.map(([c, tell]) => [c.connection_id, tell(c) + marks(c)]).sort(([, a], [, b]) => a.localeCompare(b)));
}

/** Says what is to be known of one connection. */
export function describe(connection) {
  const { status, provider_id, assisted, environment } = connection;
  const facts = [status, provider_id, assisted ? "assisted" : "automated", environment].filter(Boolean).join(" · ");
  const notes = [hasEnded(connection) && "It has ended; connecting again makes a new one.", isUntold(connection) && "Perch was never told of it."];
  return [`${facts}.`, ...notes.filter(Boolean)].join(" ");
}

function nameOf({ customer_name, customer_id, connection_id }) {
  const name = [...(customer_name ?? customer_id ?? connection_id)];
  return name.length > longest ? `${name.slice(0, longest - 1).join("")}…` : name.join("");
}

function marks(connection) {
  const words = [hasEnded(connection) && "ended", isUntold(connection) && "unknown to Perch"].filter(Boolean);
  return words.length > 0 ? ` (${words.join(", ")})` : "";
}
