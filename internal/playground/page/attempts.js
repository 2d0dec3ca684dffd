// The simulated host application's sessions in words.

const stages = {
  terms_of_service: "the terms of service",
  provider_selection: "the choice of provider",
  auth_method: "the way to sign in",
  authentication: "the sign-in",
  mfa: "the verification",
  entity_selection: "the choice of companies",
};

/** Nobody plays this employer yet: it waits for a person. */
export function isForYou({ simulated, open }) {
  return open && !simulated;
}

/**
 * Names sessions for a list, by session id: those that wait for a person first,
 * those that are over last.
 * @returns {Map<string, string>}
 */
export function nameAttempts(attempts) {
  const rank = (a) => (isForYou(a) ? 0 : a.open ? 1 : 2);
  const sorted = [...attempts].sort((a, b) => rank(a) - rank(b));
  return new Map(sorted.map((a) => [a.session_id, `${a.customer_name}: ${where(a)}${marks(a)}`]));
}

function where({ stage, open }) {
  if (!open) return stage === "success" ? "connected" : "link over";
  return stage ? `at ${stages[stage] ?? stage.replaceAll("_", " ")}` : "nobody there now";
}

function marks({ simulated, quiet, reconnect }) {
  const words = [reconnect && "reconnect", simulated && "played by a program", quiet && "no stages told"].filter(Boolean);
  return words.length > 0 ? ` (${words.join(", ")})` : "";
}
