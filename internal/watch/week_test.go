package watch_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"perch/internal/finch"
	"perch/internal/watch"
)

// What is promised of 10,000 connections that send no webhooks at all.
const (
	population  = 10_000
	meanCalls   = 400 // in 5 minutes, on average
	mostCalls   = 900 // in any 5 minutes
	noticedIn   = 20 * time.Minute
	awayFor     = 3 * time.Hour
	catchUpIn   = time.Hour
	sweepPause  = 5 * time.Second
	restartDown = 36 * time.Hour // after the start Perch is away for a while
)

// TestAWeekWithTenThousandConnections lets Perch's own client and watcher, with
// their real budget, work against a Finch in memory that syncs every automated
// connection daily. Syncs cluster in the hours in which people connect, some fail, some
// take hours, some never begin; employers let their connections stand broken for
// days; and Perch itself is away for some hours in between.
func TestAWeekWithTenThousandConnections(t *testing.T) {
	span, people := 7*day, population
	switch {
	case raceDetector: // the figures are those of the others; this is for races
		span, people = 2*day, population/10
	case testing.Short():
		span = 2 * day
	}
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(people)
		s := newStore()
		s.heard = w.heard
		w.fill(s)
		start := time.Now()
		away := watchFor(t, w, s, restartDown)
		time.Sleep(awayFor)
		watchFor(t, w, s, span-time.Since(start))
		w.report(t, start, time.Now(), away)
	})
}

// watchFor runs a watcher for a time and returns when it ended.
func watchFor(t *testing.T, w *world, s *fakeStore, d time.Duration) time.Time {
	t.Helper()
	client, err := finch.New(finch.Options{BaseURL: "https://finch.test", HTTP: w.client()})
	if err != nil {
		t.Fatal(err)
	}
	watcher := watch.New(watch.Options{Finch: client, Background: client.Background(), Store: s, Log: zerolog.Nop()})
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	watcher.SweepFor(ctx, sweepPause)
	return time.Now()
}

// report holds what happened against what is promised.
func (w *world) report(t *testing.T, start, end, away time.Time) {
	t.Helper()
	w.settleAll(end)
	back := away.Add(awayFor)
	most, mean := w.busiest(), float64(len(w.calls))/(end.Sub(start)-awayFor).Minutes()*5
	var total, worst, caughtUp time.Duration
	failures, unheard := 0, 0
	for id, ended := range w.failed {
		noticed, ok := w.noticed[id]
		switch {
		case ended.Before(start) || ended.After(end.Add(-noticedIn)):
			continue
		case !ok:
			unheard++
			continue
		case ended.After(away.Add(-noticedIn)) && ended.Before(back.Add(catchUpIn)):
			caughtUp = max(caughtUp, noticed.Sub(later(ended, back)))
			continue
		}
		failures++
		worst = max(worst, noticed.Sub(ended))
		total += noticed.Sub(ended)
	}
	t.Logf("%v: %d calls %v, on average %.0f in 5 min, at most %d; %d failed syncs noticed after %v on average, %v at most; caught up %v after coming back",
		end.Sub(start), len(w.calls), w.kinds(), mean, most, failures, (total / time.Duration(max(failures, 1))).Round(time.Second), worst.Round(time.Second), caughtUp.Round(time.Second))
	for what, wrong := range map[string]bool{
		fmt.Sprintf("on average %.0f requests in 5 minutes", mean):      mean >= meanCalls,
		fmt.Sprintf("%d requests in 5 minutes", most):                   most > mostCalls,
		fmt.Sprintf("a failure was noticed after %v", worst):            worst > noticedIn,
		fmt.Sprintf("%d failures were never noticed", unheard):          unheard > 0,
		fmt.Sprintf("after coming back, %v until the last", caughtUp):   caughtUp > catchUpIn,
		fmt.Sprintf("only %d failures: this proves nothing", failures):  failures < len(w.clients)/100,
		fmt.Sprintf("%d connections not seen for a day", w.unseen(end)): w.unseen(end) > 0,
	} {
		if wrong {
			t.Error(what)
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
