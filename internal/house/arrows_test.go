package house

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// module is what go.mod calls us; imports below it are ours.
const module = "perch"

// arrow says which of our folders the packages of one folder may import. A
// folder without a row of its own belongs to the nearest one above it.
type arrow struct {
	from string
	to   []string
}

// arrows is the house's plan. To add a package, give it a row.
var arrows = []arrow{
	{from: "bot/card"},
	{from: "bot/socket"},
	{from: "internal/finch"},
	{from: "internal/connect"},
	{from: "internal/audit"},
	{"internal/explore", []string{"internal/finch", "internal/mask"}},
	{"internal/alert", []string{"bot/card", "internal/finch", "internal/connect"}},
	{"internal/mask", []string{"internal/finch"}},
	{"internal/packet", []string{"internal/mask"}},
	{"internal/thread", []string{"bot/card", "internal/alert", "internal/connect", "internal/finch"}},
	{"bot", []string{"bot/card", "bot/socket"}},
	{"store", []string{"internal/alert", "internal/audit", "internal/connect", "internal/explore", "internal/finch", "internal/thread"}},
	{"commands", []string{
		"bot", "bot/card", "internal/finch", "internal/connect", "internal/alert", "internal/audit", "internal/explore", "internal/mask",
		"internal/packet", "internal/thread",
	}},
	{"internal/watch", []string{"internal/alert", "internal/audit", "internal/connect", "internal/explore", "internal/finch", "internal/mask", "internal/thread"}},
	{"internal/web", []string{"internal/watch", "internal/connect", "internal/finch"}},
	{from: "internal/playground/slack"},
	{from: "internal/playground/finch"},
	{"internal/playground", []string{"internal/playground/slack", "internal/playground/finch"}},
	{from: "internal/dotenv"},
	{from: "internal/golden"},
	{from: "internal/chromium"},
	{from: "internal/peers"},
	{from: "internal/house"},
	{"cmd/perch", []string{
		"bot", "bot/card", "bot/socket", "commands", "store",
		"internal/alert", "internal/audit", "internal/connect", "internal/dotenv", "internal/explore", "internal/finch", "internal/playground",
		"internal/playground/finch", "internal/playground/slack", "internal/thread", "internal/watch", "internal/web",
	}},
}

// guest is a foreign library that may be used in few places.
type guest struct {
	library string
	in      []string
}

var guests = []guest{
	{"github.com/slack-go/slack", []string{"bot", "bot/card", "bot/socket", "commands", "cmd/perch"}},
	{"github.com/go-co-op/gocron", []string{"internal/watch", "cmd/perch"}},
	{"modernc.org/sqlite", []string{"store"}},
	{"github.com/jackc/pgx", []string{"store"}},
	{"github.com/pressly/goose", []string{"store"}},
}

// checkArrows reports every import of a non-test file that the plan does not
// allow.
func checkArrows(tr tree) []violation {
	var found []violation
	for _, s := range tr.files {
		if s.test {
			continue
		}
		home, ok := room(s.dir)
		if !ok {
			found = append(found, violation{s.path, "no arrow is drawn for the folder " + s.dir, "a package has a row in arrows"})
			continue
		}
		for _, spec := range s.ast.Imports {
			imported := strings.Trim(spec.Path.Value, `"`)
			if v, bad := judge(home, imported); bad {
				v.file = tr.position(spec)
				found = append(found, v)
			}
		}
	}
	return found
}

// judge tells whether a package of the row home may import one path.
func judge(home arrow, imported string) (violation, bool) {
	what := "imports " + imported
	if ours, ok := within(imported, module); ok {
		target, known := room(ours)
		switch {
		case !known:
			return violation{what: what, rule: "no arrow is drawn for the folder " + ours}, true
		case target.from == home.from || slices.Contains(home.to, target.from):
			return violation{}, false
		}
		return violation{what: what, rule: home.String()}, true
	}
	for _, g := range guests {
		if _, ok := within(imported, g.library); ok && !slices.Contains(g.in, home.from) {
			return violation{what: what, rule: g.String()}, true
		}
	}
	return violation{}, false
}

// room finds the row that governs a folder: its own, or the nearest above.
func room(dir string) (arrow, bool) {
	var best arrow
	ok := false
	for _, a := range arrows {
		if _, in := within(dir, a.from); in && len(a.from) > len(best.from) {
			best, ok = a, true
		}
	}
	return best, ok
}

// within cuts base off the front of a path, at a slash.
func within(name, base string) (rest string, ok bool) {
	if name == base {
		return ".", true
	}
	return strings.CutPrefix(name, base+"/")
}

func (a arrow) String() string {
	if len(a.to) == 0 {
		return a.from + " imports nothing of ours"
	}
	return fmt.Sprintf("%s imports of ours only %s", a.from, strings.Join(a.to, ", "))
}

func (g guest) String() string {
	return fmt.Sprintf("%s is used only in %s", g.library, strings.Join(g.in, ", "))
}

func TestImportsFollowTheArrows(t *testing.T) {
	t.Parallel()
	report(t, checkArrows(repository(t)))
}

func TestArrowCheckerSeesWhatIsWrong(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		file string
		text string
		want string // the whole report; empty when all is well
	}{
		{
			"an arrow of the plan", "commands/jobs.go", `import "perch/bot/card"`,
			"",
		},
		{
			"a command that reaches for the store", "commands/jobs.go", `import "perch/store"`,
			"commands/jobs.go:3: imports perch/store (commands imports of ours only bot, bot/card, internal/finch, internal/connect, internal/alert, internal/audit, internal/explore, internal/mask, internal/packet, internal/thread)",
		},
		{
			"a fake that shares the code it checks", "internal/playground/slack/limits.go", `import "perch/bot/card"`,
			"internal/playground/slack/limits.go:3: imports perch/bot/card (internal/playground/slack imports nothing of ours)",
		},
		{
			"a folder above does not lend its arrows to a row below", "bot/card/text.go", `import "perch/bot/socket"`,
			"bot/card/text.go:3: imports perch/bot/socket (bot/card imports nothing of ours)",
		},
		{
			"a folder without a row lives under the nearest", "store/rows/models.go", `import "perch/internal/watch"`,
			"store/rows/models.go:3: imports perch/internal/watch (store imports of ours only internal/alert, internal/audit, internal/connect, internal/explore, internal/finch, internal/thread)",
		},
		{
			"what lives in one room may meet", "store/jobs.go", `import "perch/store/rows"`,
			"",
		},
		{
			"a new package nobody placed", "internal/misc/misc.go", `import "fmt"`,
			"internal/misc/misc.go: no arrow is drawn for the folder internal/misc (a package has a row in arrows)",
		},
		{
			"a package at the root", "deps.go", `import "fmt"`,
			"deps.go: no arrow is drawn for the folder . (a package has a row in arrows)",
		},
		{
			"an import of a package nobody placed", "commands/jobs.go", `import "perch/internal/misc"`,
			"commands/jobs.go:3: imports perch/internal/misc (no arrow is drawn for the folder internal/misc)",
		},
		{
			"Slack's types outside Slack's rooms", "internal/alert/kinds.go", `import "github.com/slack-go/slack/slackevents"`,
			"internal/alert/kinds.go:3: imports github.com/slack-go/slack/slackevents (github.com/slack-go/slack is used only in bot, bot/card, bot/socket, commands, cmd/perch)",
		},
		{
			"a driver outside the store", "cmd/perch/serve.go", `import _ "modernc.org/sqlite"`,
			"cmd/perch/serve.go:3: imports modernc.org/sqlite (modernc.org/sqlite is used only in store)",
		},
		{
			"a library whose name only begins alike", "cmd/perch/serve.go", `import _ "modernc.org/sqlitetools"`,
			"",
		},
		{
			"a test file goes where it needs to", "commands/jobs_test.go", `import "perch/internal/golden"`,
			"",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tr := treeOf(t, tt.file, "package p\n\n"+tt.text+"\n")
			if got := lines(checkArrows(tr)); got != tt.want {
				t.Errorf("reported %q\nwant     %q", got, tt.want)
			}
		})
	}
}
