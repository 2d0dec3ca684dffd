// The page of a simulated application that embeds Finch Connect.
{
  const { session, connect } = document.body.dataset;
  const said = document.getElementById("said");

  const note = (text) => {
    const line = document.createElement("li");
    line.textContent = text;
    document.getElementById("heard").append(line);
  };

  /** The application's own server exchanges the code. */
  async function exchange(code) {
    said.textContent = "Connected. The application exchanges the code …";
    try {
      const answer = await fetch(`/_host/app/${session}/code`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ code }) });
      const { ok, error } = await answer.json();
      said.textContent = ok ? "Connected. Perch has the token." : `Connected, but: ${error}`;
    } catch {
      said.textContent = "The playground does not answer. Is it still running?";
    }
  }

  const button = document.getElementById("connect");
  const link = FinchConnect.initialize({
    onSuccess: ({ code }) => {
      note("success");
      button.disabled = true;
      exchange(code);
    },
    onError: ({ errorMessage, errorType }) => {
      note(`error (${errorType}): ${errorMessage}`);
    },
    onClose: () => {
      note("closed");
      button.focus();
    },
    apiConfig: { connectUrl: connect },
  });
  button.addEventListener("click", () => link.open({ sessionId: session }));
}
