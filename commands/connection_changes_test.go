package commands

import (
	"slices"
	"strings"
	"testing"
	"time"

	"perch/internal/finch"
)

// harborSteps are what befell Harbor Coffee, newest first.
func harborSteps() []finch.Change {
	bakery := harbor().Entities[1].ID
	return []finch.Change{
		{EntityID: bakery, From: finch.Connected, To: finch.Reauth, At: now.Add(-48 * time.Hour), Source: finch.FromWebhook},
		{Method: "assisted", From: finch.Processing, To: finch.Pending, At: now.Add(-50 * time.Hour), Source: finch.FromIntrospect},
		{Method: "credential", From: finch.Reauth, To: finch.Connected, At: now.Add(-72 * time.Hour), Source: finch.FromIntrospect},
		{From: finch.Reauth, To: finch.Connected, At: now.Add(-72 * time.Hour), Source: finch.FromIntrospect},
		{EntityID: bakery, From: finch.Reauth, To: finch.Connected, At: now.Add(-73 * time.Hour), Source: finch.FromWebhook},
		{To: finch.Reauth, At: now.Add(-100 * 24 * time.Hour), Source: finch.FromWebhook},
	}
}

func TestChangesCards(t *testing.T) {
	long := strings.Repeat("Ünïcödé 東京 👩‍👩‍👧 ", 40)
	step := func(text string) finch.Change {
		return finch.Change{EntityID: text, From: finch.Status(text), To: finch.Status(text), At: now, Source: text}
	}
	var many []finch.Change
	for day := range maxChanges {
		s := step(long)
		s.At = now.AddDate(0, 0, -day)
		many = append(many, s)
	}
	cards := map[string]statusHistory{
		"harbor":  {Of: harbor(), Steps: harborSteps(), CanShare: true},
		"shared":  {Of: harbor(), Steps: harborSteps(), SharedBy: "UBO"},
		"none":    {Of: harbor(), CanShare: true},
		"empty":   {Of: empty()},
		"hostile": {Of: hostileConnection(), Steps: []finch.Change{step(hostile), {Method: hostile, To: hostile, At: now}, {EntityID: "e1", To: finch.Reauth, At: now}}, CanShare: true},
		"longest": {Of: longest(), Steps: many, More: true, CanShare: true},
		"crowd":   {Of: harbor(), Steps: slices.Repeat(harborSteps()[:1], maxChanges), CanShare: true},
	}
	for name, h := range cards {
		t.Run(name, func(t *testing.T) {
			h.Now = now
			check(t, "changes_"+name, changesCard(h))
		})
	}
}

func TestTheStatusHistoryOfAConnection(t *testing.T) {
	t.Parallel()
	a := harborArchive()
	a.steps = harborSteps()
	d := newDesk(t, a.sources())
	d.slash("/connection", "harbor")
	d.hears("connection.changes")
	d.click("connection.changes", "connection", harbor().ID)
	said := d.hears("Status history of Harbor Coffee Roasters")
	for _, want := range []string{"Harbor Bakery Inc: Reconnect needed, was connected · told by a webhook", "assisted access: Pending, was processing · seen when Perch asked", "the connection, access by credentials: Connected, was reconnect needed"} {
		if !strings.Contains(said.raw, jsonText(want)) {
			t.Errorf("it does not say %q: %s", want, said.raw)
		}
	}
	if said.Replace {
		t.Error("it took the card's place")
	}
	d.click("connection.changes", "connection", "gone")
	d.hears("This connection is not known here any more.")
}

func TestALongStatusHistorySaysThatItIsCut(t *testing.T) {
	t.Parallel()
	a := harborArchive()
	for day := range maxChanges + 1 {
		step := harborSteps()[0]
		step.At = now.AddDate(0, 0, -day)
		a.steps = append(a.steps, step)
	}
	d := newDesk(t, a.sources())
	d.click("connection.changes", "connection", harbor().ID)
	said := d.hears("the newest 30 changes, newest first; there are older ones")
	if n := strings.Count(said.raw, "was connected"); n != 2*maxChanges { // in the card and in its plain text
		t.Errorf("it shows %d steps", n/2)
	}
}
