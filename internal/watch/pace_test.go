package watch

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"perch/internal/finch"
)

var now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func at(random float64) pace {
	return pace{every: 15 * time.Minute, random: func() float64 { return random }}
}

func connection(status finch.Status, synced time.Time) finch.Connection {
	return finch.Connection{
		HasToken: true, Learned: now,
		Report: finch.StatusReport{Status: status, LastSync: finch.SyncTime{At: synced}},
	}
}

func TestHowSoonAConnectionIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	well := connection(finch.Connected, now.Add(-time.Hour))
	scheduled := well
	scheduled.NextScheduled = now.Add(2 * time.Hour)
	overdue := well
	overdue.NextScheduled = now.Add(-time.Minute)
	longOverdue := connection(finch.Connected, now.Add(-34*time.Hour))
	longOverdue.NextScheduled = now.Add(-10 * time.Hour)
	broken := func(since time.Duration) finch.Connection {
		c := connection(finch.Reauth, now)
		c.StatusSince = now.Add(-since)
		return c
	}
	pendingMethod := well
	pendingMethod.Methods = []finch.Method{{Type: "assisted", Report: finch.StatusReport{Status: finch.Pending}}}
	brokenEntity := well
	brokenEntity.Entities = []finch.Entity{{ID: "e", Status: finch.Reauth}}
	sandbox := well
	sandbox.FinchSandbox = true
	assisted := well
	assisted.Assisted = true

	for name, c := range map[string]struct {
		connection finch.Connection
		want       time.Duration
	}{
		"well, no sync before tomorrow":       {well, 21*time.Hour + 30*time.Minute},
		"well, a sync is scheduled in 2 h":    {scheduled, 3 * time.Hour},
		"well, the last sync is 23 h old":     {connection(finch.Connected, now.Add(-23*time.Hour)), time.Hour + 15*time.Minute},
		"well, but the scheduled sync is due": {overdue, 15 * time.Minute},
		"well, but the sync is 10 h late":     {longOverdue, time.Hour},
		"well, but no sync for 25 h":          {connection(finch.Connected, now.Add(-25*time.Hour)), 15 * time.Minute},
		"well, but no sync for 34 h":          {connection(finch.Connected, now.Add(-34*time.Hour)), time.Hour},
		"well, and never synced":              {connection(finch.Connected, time.Time{}), 21*time.Hour + 30*time.Minute},
		"Finch's sandbox":                     {sandbox, 21*time.Hour + 30*time.Minute},
		"assisted":                            {assisted, 21*time.Hour + 30*time.Minute},
		"processing":                          {connection(finch.Processing, now), 15 * time.Minute},
		"pending":                             {connection(finch.Pending, now), 15 * time.Minute},
		"needs a reconnect":                   {connection(finch.Reauth, now), 15 * time.Minute},
		"broken for an hour":                  {broken(time.Hour), 15 * time.Minute},
		"broken for a day":                    {broken(24 * time.Hour), 2*time.Hour + 24*time.Minute},
		"broken for a month":                  {broken(30 * 24 * time.Hour), 6 * time.Hour},
		"a status unknown to us":              {connection("on_vacation", now), 15 * time.Minute},
		"one method waits":                    {pendingMethod, 15 * time.Minute},
		"one entity is broken":                {brokenEntity, 15 * time.Minute},
	} {
		if got := at(0.5).after(c.connection, now).Sub(now); got != c.want {
			t.Errorf("%s: in %v, want %v", name, got, c.want)
		}
	}
}

func TestHowSoonAFailedLookIsRepeated(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err      error
		failures int
		want     time.Duration
	}{
		"unreachable, once":     {&finch.Error{}, 1, time.Minute},
		"unreachable, 4 times":  {&finch.Error{}, 4, 8 * time.Minute},
		"unreachable, for long": {&finch.Error{}, 1000, time.Hour},
		"told when":             {&finch.Error{Status: http.StatusTooManyRequests, Until: now.Add(time.Hour)}, 1, time.Hour + 7*time.Minute + 30*time.Second},
		"told too soon":         {&finch.Error{Status: http.StatusTooManyRequests, Until: now.Add(time.Second)}, 3, 4 * time.Minute},
		"reconnect needed":      {&finch.Error{Status: http.StatusUnauthorized, Code: "reauthenticate_user"}, 9, 15 * time.Minute},
		"permissions missing":   {&finch.Error{Status: http.StatusForbidden, Name: "error_permissions"}, 9, 15 * time.Minute},
		"revoked":               {&finch.Error{Status: http.StatusUnauthorized, Name: "invalid_token_error"}, 2, 2 * time.Minute},
		"another's token":       {&Mismatch{Want: "a", Got: "b"}, 1, 21*time.Hour + 30*time.Minute},
		"no token":              {finch.ErrNoToken, 1, 21*time.Hour + 30*time.Minute},
		"not Finch's fault":     {errors.New("disk full"), 2, 2 * time.Minute},
	} {
		if got := at(0.5).afterFailure(c.err, c.failures, now).Sub(now); got != c.want {
			t.Errorf("%s: in %v, want %v", name, got, c.want)
		}
	}
}

func TestJitterSpreadsByATenthAndStaysDaily(t *testing.T) {
	t.Parallel()
	well := connection(finch.Connected, now)
	early, late := at(0).after(well, now).Sub(now), at(0.999999).after(well, now).Sub(now)
	if spread := late - early; spread < 4*time.Hour {
		t.Errorf("daily looks are spread over %v only", spread)
	}
	if late >= 24*time.Hour {
		t.Errorf("a look may come after %v, at least daily was promised", late)
	}
	wrong := connection(finch.Reauth, now)
	if early, late := at(0).after(wrong, now).Sub(now), at(1).after(wrong, now).Sub(now); early != 13*time.Minute+30*time.Second || late != 16*time.Minute+30*time.Second {
		t.Errorf("15 min are from %v to %v", early, late)
	}
}

func TestTheDefaultPaceIsDocumented(t *testing.T) {
	t.Parallel()
	if got := newPace(0, 0).every; got != 15*time.Minute {
		t.Errorf("got %v", got)
	}
}
