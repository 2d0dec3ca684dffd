// What an employer sees in Connect, stage by stage. The page around it hears
// three messages and no more: success, error, closed.

const given = JSON.parse(document.getElementById("given").textContent);
const stage = document.getElementById("stage");
const embedded = parent !== window;
let visit = 0;
let here = "";
let passed = null;

/** Tells the page that embeds this one. */
function say(message) {
  if (embedded) parent.postMessage({ name: "finch-auth-message-v2", ...message }, given.target);
}

const sayError = (message, type, shouldClose = false) => say({ kind: "error", error: { shouldClose, message, type } });

function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === false || value === undefined) continue;
    node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((c) => c !== undefined && c !== false));
  return node;
}

function body(act, values = []) {
  return new URLSearchParams([["session", given.session], ["state", given.state], ["visit", visit], ["act", act], ...values]);
}

/** Takes a step and shows what comes then. */
async function step(act, values) {
  const buttons = [...stage.querySelectorAll("button")];
  for (const b of buttons) b.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch("/authorize/step", { method: "POST", body: body(act, values) });
    draw(await answer.json());
  } catch {
    showError("Connect does not answer. Try again.");
  }
  for (const b of buttons) b.removeAttribute("aria-busy");
}

function draw(screen) {
  if (screen.fault) return drawFault(screen.fault);
  visit = screen.visit;
  if (screen.error && screen.stage === here) {
    showError(screen.error);
    return sayError(screen.error, "employer_connection_error");
  }
  here = screen.stage;
  passed = screen.code ? screen : null;
  const [title, ...content] = screens[screen.stage]?.(screen) ?? ["You have left Connect", el("p", {}, "Reload this page to begin again.")];
  stage.dataset.stage = screen.stage;
  stage.replaceChildren(el("h1", { tabindex: "-1" }, title), ...content);
  document.title = `${title} (local simulation)`;
  (stage.querySelector("[autofocus]") ?? stage.querySelector("h1")).focus();
}

function drawFault(fault) {
  here = "";
  stage.dataset.stage = "";
  stage.replaceChildren(el("h1", {}, "This link does not open"), el("p", { id: "fault", role: "alert" }, fault));
  sayError(fault, "validation_error", true);
}

function showError(text) {
  stage.querySelector(".error")?.remove();
  const shown = el("p", { class: "error", id: "wrong", role: "alert" }, text);
  stage.querySelector("form")?.prepend(shown);
  for (const input of stage.querySelectorAll("form input:not([type=checkbox])")) input.setAttribute("aria-describedby", "wrong");
  stage.querySelector("form input:not([disabled])")?.focus();
}

/** A form whose submission goes on; Back is there where there is a way back. */
function form(screen, go, ...content) {
  const back = !screen.first && el("button", { type: "button", id: "back" }, "Back");
  if (back) back.addEventListener("click", () => step("back"));
  const node = el("form", {}, ...content, el("div", { class: "actions" }, back, go && el("button", { class: "primary", id: "next" }, go)));
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    const values = [...new FormData(node)];
    if (event.submitter?.name) values.push([event.submitter.name, event.submitter.value]);
    step("next", values);
  });
  return node;
}

function field(label, name, props = {}) {
  return el("label", {}, label, el("input", { name, id: name, required: true, autocomplete: "off", autocapitalize: "none", spellcheck: "false", ...props }));
}

function choices(name, list) {
  return el("ul", { class: "choices" }, list.map(({ id, name: text }) => el("li", {}, el("button", { name, value: id }, text))));
}

const hint = (text) => el("p", { class: "note" }, text);

const ways = {
  oauth: "On the provider’s own page",
  credential: "With user name and password",
  api_token: "With an API token",
  assisted: "By inviting us as an administrator",
};

const signIns = {
  oauth: (s) => [form(s, `Continue to ${s.provider.name}`, el("p", {}, `${s.provider.name} asks you there whether you agree.`), hint("In this simulation it always succeeds."))],
  credential: (s) => [
    form(s, "Sign in", field("User name", "username", { autofocus: true }), field("Password", "password", { type: "password" })),
    hint("In this simulation: good_user with good_pass, mfa, account_selection or mfa_account_selection. Anything else is refused."),
  ],
  api_token: (s) => [
    form(s, "Connect", el("p", {}, `Make an API token in ${s.provider.name} under Settings, and paste it here.`), field("API token", "token", { autofocus: true })),
    hint("In this simulation: good_token. Anything else is refused."),
  ],
  assisted: (s) => [
    form(
      s,
      "I have sent the invitation",
      el("ol", {}, [`Sign in to ${s.provider.name} as an administrator.`, "Open Users and add a third-party administrator.", "Invite integrations@finch.example with rights to read payroll.", "Come back here."].map((text) => el("li", {}, text))),
    ),
  ],
};

const screens = {
  terms_of_service: (s) => [
    given.reauth ? "Sign in again" : "Connect your payroll",
    el("p", {}, "for ", el("strong", {}, given.customer)),
    el("p", {}, "Your vendor uses Finch to read from your payroll system:"),
    el("ul", {}, given.products.map((p) => el("li", {}, p.replaceAll("_", " ")))),
    form(s, "I agree, continue", el("p", { class: "soft" }, "By going on you accept the Terms of Service and the privacy notice (of a simulation: there are none).")),
  ],
  provider_selection: (s) => ["Which system runs your payroll?", form(s, "", choices("provider", s.providers))],
  auth_method: (s) => [`How do you want to sign in to ${s.provider.name}?`, form(s, "", choices("method", s.methods.map((id) => ({ id, name: ways[id] ?? id }))))],
  authentication: (s) => [s.method === "assisted" ? `Invite us to ${s.provider.name}` : `Sign in to ${s.provider.name}`, ...signIns[s.method](s)],
  mfa: (s) => [
    "Enter the verification code",
    form(s, "Verify", field(`The code that ${s.provider.name} sent to you`, "code", { inputmode: "numeric", autofocus: true })),
    hint("In this simulation: 123456. Anything else is refused."),
  ],
  entity_selection: (s) => [
    "Which companies do you want to connect?",
    form(s, "Connect", el("fieldset", {}, el("legend", {}, "Companies of this login"), s.companies.map(company))),
  ],
  success: (s) => ["You are connected", ...finished(s)],
};

function company({ name, kept }) {
  const box = el("input", { type: "checkbox", name: "company", value: name, checked: kept });
  return el("label", { class: "check" }, box, kept ? `${name} (connected already)` : name);
}

function finished(screen) {
  const words = screen.method === "assisted" ? "Data comes once your invitation was accepted; this can take days." : `${screen.provider.name || "Your system"} is connected for ${given.customer}.`;
  if (!screen.code) return [el("p", {}, words)];
  const finish = el("button", { class: "primary", id: "finish", autofocus: true }, "Finish");
  finish.addEventListener("click", end);
  return [el("p", {}, words), el("div", { class: "actions" }, finish)];
}

/** Hands over what success gave, to the page around or by the redirect. */
function end() {
  if (passed.redirect) location.href = passed.redirect;
  else if (embedded) say({ kind: "success", code: passed.code, ...(given.state && { state: given.state }) });
  else document.getElementById("finish")?.replaceWith(el("p", { role: "status" }, "You may close this tab."));
}

function leave() {
  if (here && here !== "success") navigator.sendBeacon("/authorize/step", body("leave"));
}

/** The short ways out, for those who want to see an end and not the way. */
function quick(id, act) {
  document.getElementById(id)?.addEventListener("click", act);
}

quick("success", async () => {
  const provider = document.getElementById("provider").value;
  const answer = await fetch("/authorize", { method: "POST", body: new URLSearchParams({ session: given.session, state: given.state, provider }) });
  const got = await answer.json();
  if (!answer.ok) return drawFault(got.error);
  passed = got;
  here = "success";
  if (got.redirect || embedded) end();
  else draw({ stage: "success", visit, provider: {}, code: got.code });
});
quick("error", () => sayError(document.getElementById("message").value, "employer_connection_error"));
quick("close", () => {
  if (passed) return end();
  leave();
  here = "";
  say({ kind: "closed" });
  if (!embedded) draw({ stage: "", visit });
});

addEventListener("pagehide", leave);
// A page that the browser kept and shows again begins anew.
addEventListener("pageshow", (event) => event.persisted && location.reload());

if (given.fault) sayError(given.fault, "validation_error", true);
else step("open");
