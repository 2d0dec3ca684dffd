package playground_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"perch/internal/chromium"
	"perch/internal/playground"
	"perch/internal/playground/finch"
	"perch/internal/playground/slack"
)

// workspace is the page over a real local Slack and Finch, without a bot.
type workspace struct {
	api, page *httptest.Server
}

func newWorkspace(t *testing.T) workspace {
	t.Helper()
	s := slack.New(slack.Options{Commands: []string{"/connection"}, Unlimited: true, Shortcuts: []slack.Shortcut{
		{Type: "message_action", CallbackID: "look", Name: "Look up"},
		{Type: "message_action", CallbackID: "save", Name: "Save"},
		{Type: "shortcut", CallbackID: "find", Name: "Find something"},
	}})
	f := finch.New(finch.Options{Seed: 1})
	w := workspace{
		api:  httptest.NewServer(s.API()),
		page: httptest.NewServer(playground.New(playground.Options{Slack: s, Finch: f})),
	}
	t.Cleanup(func() {
		s.Close()
		f.Close()
		w.page.Close()
		w.api.Close()
	})
	return w
}

// call asks the local Slack something as the bot and gives the message's ts.
func (w workspace) call(t *testing.T, method string, form url.Values) string {
	t.Helper()
	form.Set("token", slack.BotToken)
	resp, err := http.PostForm(w.api.URL+"/api/"+method, form)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct {
		OK        bool
		Error, TS string
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || !answer.OK {
		t.Fatalf("%s: %q, %v", method, answer.Error, err)
	}
	return answer.TS
}

const hostileCard = `[
 {"type":"header","text":{"type":"plain_text","text":"<img src=x onerror=window.pwned=1>"}},
 {"type":"section","text":{"type":"mrkdwn","text":"*bold* &lt;script&gt;window.pwned=1&lt;/script&gt; <https://a.example|good>"},
  "accessory":{"type":"static_select","action_id":"pick","placeholder":{"type":"plain_text","text":"Pick"},"options":[
   {"text":{"type":"plain_text","text":"One"},"value":"1"},{"text":{"type":"plain_text","text":"Two"},"value":"2"}]}},
 {"type":"rich_text","elements":[{"type":"rich_text_preformatted","elements":[{"type":"text","text":"cust_1042"}]}]},
 {"type":"actions","elements":[{"type":"button","action_id":"go","text":{"type":"plain_text","text":"Go"},
  "confirm":{"title":{"type":"plain_text","text":"Sure?"},"text":{"type":"plain_text","text":"Really"},"confirm":{"type":"plain_text","text":"Yes"},"deny":{"type":"plain_text","text":"No"}}}]}]`

const lowCard = `[
 {"type":"rich_text","elements":[{"type":"rich_text_preformatted","elements":[{"type":"text","text":"connection  c0ffee00-1111-4222-8333-444455556666"}]}]},
 {"type":"actions","elements":[
  {"type":"static_select","action_id":"low","options":` + fiveOptions + `},{"type":"overflow","action_id":"more","options":` + fiveOptions + `}]}]`

const fiveOptions = `[
 {"text":{"type":"plain_text","text":"One"},"value":"1"},{"text":{"type":"plain_text","text":"Two"},"value":"2"},{"text":{"type":"plain_text","text":"Three"},"value":"3"},
 {"text":{"type":"plain_text","text":"Four"},"value":"4"},{"text":{"type":"plain_text","text":"Five"},"value":"5"}]`

func TestPageInABrowser(t *testing.T) {
	w := newWorkspace(t)
	p := chromium.Open(t)
	p.Go(t, w.page.URL+"/#UANN/CALERTS")
	p.Sees(t, `document.querySelector("#channel-name").textContent === "#finch-alerts"`)
	p.Sees(t, `document.querySelector("#bot").dataset.live === "no"`)
	p.Sees(t, `!document.querySelector("#hint").hidden`)
	card := ""

	t.Run("a card is drawn as it comes in, and its text stays text", func(t *testing.T) {
		card = w.call(t, "chat.postMessage", url.Values{"channel": {"CALERTS"}, "text": {"card"}, "blocks": {hostileCard}})
		p.Sees(t, `document.querySelector("article h3")?.textContent === "<img src=x onerror=window.pwned=1>"`)
		p.Sees(t, `document.querySelector("article b")?.textContent === "Perch"`)
		p.Sees(t, `document.querySelector("article .section-text")?.textContent.includes("<script>window.pwned=1</script>")`)
		p.Sees(t, `document.querySelector("article .section-text a")?.getAttribute("href") === "https://a.example"`)
		p.Sees(t, `document.querySelector("article pre")?.textContent === "cust_1042"`)
		p.Sees(t, `window.pwned === undefined && document.querySelectorAll("article img, article script").length === 0`)
	})
	t.Run("a message is sent with the keyboard", func(t *testing.T) {
		p.Does(t, `document.querySelector("#text").focus()`)
		p.Write(t, "a < b & *c*")
		p.Press(t, "Enter", 13)
		p.Sees(t, `[...document.querySelectorAll("article .text")].some((n) => n.textContent === "a < b & c" && n.querySelector("b"))`)
		p.Sees(t, `document.querySelector("#text").value === ""`)
	})
	t.Run("a command completes itself, and its failure is shown", func(t *testing.T) {
		p.Write(t, "/conn")
		p.Sees(t, `document.querySelector("#completions .option.active")?.textContent.startsWith("/connection")`)
		p.Sees(t, `!document.querySelector("#completions").hidden`)
		p.Press(t, "Tab", 9)
		p.Write(t, "harbor")
		p.Press(t, "Enter", 13)
		p.Sees(t, `document.querySelector(".failure")?.textContent.includes("/connection failed")`)
		p.Press(t, "ArrowUp", 38)
		p.Sees(t, `document.querySelector("#text").value === "/connection harbor"`)
	})
	t.Run("completions outlive a glance elsewhere, and take a press", func(t *testing.T) {
		p.Does(t, `const text = document.querySelector("#text"); text.value = ""; text.blur(); text.focus(); window.late = false; setTimeout(() => { late = true; }, 300)`)
		p.Write(t, "/conn")
		p.Sees(t, `late`)
		p.Sees(t, `!document.querySelector("#completions").hidden`)
		p.Click(t, "#completions .option.active")
		p.Sees(t, `document.querySelector("#text").value === "/connection " && document.activeElement.id === "text" && document.querySelector("#completions").hidden`)
		p.Write(t, "@per")
		p.Sees(t, `!document.querySelector("#completions").hidden`)
		p.Does(t, `document.querySelector("#text").blur()`)
		p.Sees(t, `document.querySelector("#completions").hidden`)
	})
	t.Run("a select opens, and Esc closes it and gives the focus back", func(t *testing.T) {
		p.Does(t, `document.querySelector("article button.select").click()`)
		p.Sees(t, `document.querySelectorAll(".panel [role=option]").length === 2`)
		p.Press(t, "Escape", 27)
		p.Sees(t, `!document.querySelector(".panel") && document.activeElement.matches("button.select")`)
	})
	t.Run("a button asks first, and tells when nobody answers", func(t *testing.T) {
		p.Does(t, `const go = [...document.querySelectorAll("article button")].find((b) => b.textContent === "Go"); go.focus(); go.click()`)
		p.Sees(t, `document.querySelector("dialog.confirm")?.open`)
		p.Does(t, `document.querySelector("dialog.confirm .primary").click()`)
		p.Sees(t, `document.querySelector("dialog.confirm") === null && document.querySelector("article .trouble") !== null`)
	})
	t.Run("a card that changes keeps the focus where it was", func(t *testing.T) {
		p.Does(t, `[...document.querySelectorAll("article button")].find((b) => b.textContent === "Go").focus()`)
		w.call(t, "chat.update", url.Values{"channel": {"CALERTS"}, "ts": {card}, "text": {"card"}, "blocks": {strings.Replace(hostileCard, "cust_1042", "cust_2042", 1)}})
		p.Sees(t, `document.querySelector("article pre").textContent === "cust_2042"`)
		p.Sees(t, `document.activeElement.textContent === "Go" && document.activeElement.isConnected`)
	})
	t.Run("a thread opens beside, and Esc closes it", func(t *testing.T) {
		p.Does(t, `document.querySelector('article button[aria-label="Reply in thread"]').click()`)
		p.Write(t, "here")
		p.Press(t, "Enter", 13)
		p.Sees(t, `document.querySelector("#thread-messages").textContent.includes("here") && document.querySelector(".thread-link")?.textContent.startsWith("1 reply")`)
		p.Press(t, "Escape", 27)
		p.Sees(t, `!document.body.classList.contains("with-thread")`)
	})
	t.Run("a mention names the bot, and an answer for one alone shows in the thread", func(t *testing.T) {
		p.Does(t, `document.querySelector('article button[aria-label="Reply in thread"]').click()`)
		p.Write(t, "@per")
		p.Sees(t, `!document.querySelector("#thread-completions").hidden`)
		p.Press(t, "Tab", 9)
		p.Write(t, "help")
		p.Press(t, "Enter", 13)
		p.Sees(t, `[...document.querySelectorAll("#thread-messages .text")].some((n) => n.textContent === "@perch help")`)
		w.call(t, "chat.postEphemeral", url.Values{"channel": {"CALERTS"}, "user": {"UANN"}, "thread_ts": {card}, "text": {"for Ann alone"}})
		p.Sees(t, `[...document.querySelectorAll("#thread-messages .ephemeral")].some((n) => n.textContent.includes("for Ann alone"))`)
		p.Sees(t, `!document.querySelector("#messages").textContent.includes("for Ann alone") && document.querySelector("#messages .thread-link").textContent.startsWith("2 replies")`)
		p.Does(t, `document.querySelector("#thread-close").click()`)
	})
	t.Run("shortcuts are offered on messages and everywhere, and tell when nobody answers", func(t *testing.T) {
		p.Does(t, `document.querySelector('#messages article button[aria-label="Shortcuts"]').click()`)
		p.Sees(t, `[...document.querySelectorAll(".panel .menu-item")].map((i) => i.textContent).join() === "Look up,Save"`)
		p.Does(t, `document.querySelector(".panel .menu-item").click()`)
		p.Sees(t, `document.querySelector(".toast")?.textContent.includes("trouble connecting")`)
		p.Does(t, `document.querySelector(".toast").remove(); document.querySelector("#shortcuts").click()`)
		p.Sees(t, `[...document.querySelectorAll(".panel .menu-item")].map((i) => i.textContent).join() === "Find something"`)
		p.Does(t, `document.querySelector(".panel .menu-item").click()`)
		p.Sees(t, `document.querySelector(".toast")?.textContent.includes("trouble connecting")`)
	})
	t.Run("a menu near the bottom opens upwards, whole", func(t *testing.T) {
		p.Call(t, "Emulation.setDeviceMetricsOverride", map[string]any{"width": 360, "height": 700, "deviceScaleFactor": 1, "mobile": false})
		w.call(t, "chat.postMessage", url.Values{"channel": {"CALERTS"}, "text": {"low"}, "blocks": {lowCard}})
		p.Does(t, `window.low = () => [...document.querySelectorAll("#messages article")].at(-1)`)
		for _, opener := range []string{"button.select", "button.overflow"} {
			p.Sees(t, `(low().scrollIntoView({ block: "end" }), low().querySelector("`+opener+`")?.getBoundingClientRect().bottom > 450)`)
			p.Does(t, `low().querySelector("`+opener+`").click()`)
			p.Sees(t, `(() => {
				const options = [...document.querySelectorAll(".panel :is(.option, .menu-item)")].map((o) => o.getBoundingClientRect());
				return options.length === 5 && options.every((o) => o.top >= 0 && o.bottom <= low().querySelector("`+opener+`").getBoundingClientRect().top);
			})()`)
			p.Press(t, "Escape", 27)
			p.Sees(t, `!document.querySelector(".panel")`)
		}
		p.Sees(t, `(() => { const pre = low().querySelector("pre"); return pre.scrollWidth > pre.clientWidth && pre.getClientRects().length === 1 && pre.clientHeight < 40; })()`)
		p.Call(t, "Emulation.clearDeviceMetricsOverride", map[string]any{})
	})
	t.Run("/invite is Slack's own: the channel tells of it, once", func(t *testing.T) {
		p.Does(t, `location.hash = "UANN/CGENERAL"`)
		p.Sees(t, `document.querySelector("#channel-name").textContent === "#general" && !document.querySelector("#invite").hidden`)
		p.Sees(t, `(document.querySelector("#text").focus(), document.activeElement.id === "text")`)
		p.Write(t, "/inv")
		p.Sees(t, `!document.querySelector("#completions").hidden`)
		p.Press(t, "Tab", 9)
		p.Sees(t, `document.querySelector("#text").value === "/invite "`)
		p.Write(t, "@per")
		p.Sees(t, `!document.querySelector("#completions").hidden`)
		p.Press(t, "Tab", 9)
		p.Sees(t, `document.querySelector("#text").value === "/invite @perch "`)
		p.Press(t, "Enter", 13)
		p.Sees(t, `document.querySelector("article .text")?.textContent === "was added to #general by @ann." && document.querySelector("#invite").hidden`)
		p.Write(t, "/invite @perch ")
		p.Press(t, "Enter", 13)
		p.Sees(t, `document.querySelector(".failure")?.textContent === "@perch is already in this channel."`)
	})
	t.Run("the lab marks what lasts and rests what cannot work", func(t *testing.T) {
		p.Does(t, `if (!document.body.classList.contains("with-lab")) document.querySelector('.main [data-toggles="lab"]').click()`)
		p.Sees(t, `document.querySelector("#lab-connection").value === "c0ffee00-1111-4222-8333-444455556666"`)
		p.Does(t, `window.press = (words) => [...document.querySelectorAll("#lab button")].find((b) => b.textContent === words).click()`)
		p.Does(t, `press("Is down")`)
		p.Sees(t, `document.querySelector("#lab [aria-pressed=true]")?.textContent === "Is down"`)
		p.Does(t, `press("Is well again")`)
		p.Sees(t, `document.querySelector("#lab [aria-pressed=true]") === null`)
		p.Does(t, `document.querySelector("#lab-status").value = "disconnected"; press("Set")`)
		p.Sees(t, `document.querySelector("#lab-status").disabled && document.querySelector("#lab-about").textContent.includes("connecting again makes a new one")`)
	})
	t.Run("another person sees what is theirs", func(t *testing.T) {
		p.Does(t, `location.hash = "UGUEST/CALERTS"`)
		p.Sees(t, `document.querySelector("#person").value === "UGUEST"`)
		p.Sees(t, `document.querySelector("#messages article") === null && document.querySelector("#channel-name").textContent !== "#finch-alerts"`)
	})
	t.Run("nothing broke on the way", func(t *testing.T) {
		p.IsWell(t)
	})
}
