package connect

import (
	"encoding/binary"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
)

// drawEvents makes up a session: times close enough to collide, tellers that tell
// the same, stages that nobody knows, and events without id.
func drawEvents(r *rand.Rand) []Event {
	types := append(slices.Clone(toldTypes), StatusChanged, FirstData, "danced")
	stages := append(Stages(), "", "", "survey", "extra", TokenCreated, PermissionVerified)
	sources := []Source{FromHost, FromHost, FromBrowser, FromPerch, FromFinch, FromImport}
	messages := []string{"", "Wrong", "Other", "connected", "pending", "error_permissions"}
	events := make([]Event, r.IntN(30))
	for i := range events {
		events[i] = Event{
			At: day.Add(time.Duration(r.IntN(40)) * time.Duration(r.IntN(3)) * 7 * time.Second), Received: day.Add(time.Duration(r.IntN(9)) * time.Minute),
			Type: draw(r, types), Stage: draw(r, stages), Message: draw(r, messages), Source: draw(r, sources),
			ErrorType: draw(r, []string{"", "", "validation_error"}),
		}
		if r.IntN(5) > 0 {
			events[i].ID = string(rune('a' + r.IntN(40)))
		}
	}
	return events
}

func draw[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// drawSession makes up what is known of a session apart from its events.
func drawSession(r *rand.Rand) Session {
	s := Session{Method: draw(r, []string{"", "assisted", "credential"})}
	if r.IntN(3) == 0 {
		s.Expires = day.Add(time.Duration(r.IntN(20)) * time.Minute)
	}
	return s
}

// shuffled is the events in any order, some of them several times, received later.
func shuffled(r *rand.Rand, events []Event) []Event {
	mixed := slices.Clone(events)
	for range r.IntN(2*len(events) + 1) {
		e := draw(r, events)
		if !e.At.IsZero() {
			e.Received = e.Received.Add(time.Hour)
		}
		mixed = append(mixed, e)
	}
	r.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
	return mixed
}

// TestReadKnowsNoOrderAndNoDoubles reads any session in any order, with doubles.
func TestReadKnowsNoOrderAndNoDoubles(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 5_000 {
		s, events, now := drawSession(r), drawEvents(r), day.Add(time.Duration(r.IntN(60))*time.Minute)
		once := Read(s, events, Limits{}, now)
		mixed := shuffled(r, events)
		if again := Read(s, mixed, Limits{}, now); !reflect.DeepEqual(once, again) {
			t.Fatalf("%v\nread as\n%+v\nand as %v\nas\n%+v", events, once, mixed, again)
		}
	}
}

// TestSuccessWinsWhateverTheOrder adds a server's success anywhere.
func TestSuccessWinsWhateverTheOrder(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 5_000 {
		success := Event{
			ID: "success", At: day.Add(time.Duration(r.IntN(300)) * time.Second), Source: draw(r, []Source{FromHost, FromPerch, FromImport}),
			Type: draw(r, []Type{Succeeded, TokenExchanged}),
		}
		events := append(drawEvents(r), success)
		p := Read(drawSession(r), shuffled(r, events), Limits{}, day.Add(time.Duration(r.IntN(60))*time.Minute))
		if p.Outcome != Connected || p.Provisional {
			t.Fatalf("%v\nread as %s, provisional %v", events, p.Outcome, p.Provisional)
		}
	}
}

// TestReadIsSound checks what must hold of anything that was read.
func TestReadIsSound(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	for range 5_000 {
		s, events, now := drawSession(r), drawEvents(r), day.Add(time.Duration(r.IntN(60))*time.Minute)
		checkSound(t, Read(s, events, Limits{}, now), now)
	}
}

func checkSound(t *testing.T, p Progress, now time.Time) {
	t.Helper()
	var spent time.Duration
	here := 0
	for _, s := range slices.Concat(p.Stages, p.Assisted) {
		if s.Exits > s.Visits || s.Current > s.Spent || s.Current < 0 || s.Spent < 0 || s.Last.Before(s.First) || s.Last.After(now) {
			t.Fatalf("unsound: %+v of %+v", s, p)
		}
	}
	for _, s := range p.Stages {
		spent += s.Spent
		if s.Here {
			here++
		}
	}
	if spent > p.Spent || p.Spent < 0 || here > 1 || p.Last.Before(p.Opened) || p.Last.After(now) {
		t.Fatalf("unsound: %d here, %s in stages: %+v", here, spent, p)
	}
	if (p.Visits == 0) != p.Opened.IsZero() || (p.Outcome == Unopened && p.Visits > 0) || p.Outcome.Over() == p.Over.IsZero() {
		t.Fatalf("unsound: %+v", p)
	}
	if (p.Outcome == DroppedOff || p.Outcome == InProgress) == p.DropsOff.IsZero() {
		t.Fatalf("unsound: %+v", p)
	}
}

// TestReadLeavesItsEventsAlone: they are the caller's.
func TestReadLeavesItsEventsAlone(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 8))
	events := drawEvents(r)
	before := slices.Clone(events)
	Read(Session{}, events, Limits{}, day)
	if !reflect.DeepEqual(before, events) {
		t.Error("Read changed its events")
	}
}

// FuzzRead reads sessions of any bytes.
func FuzzRead(f *testing.F) {
	f.Add([]byte("a session"), uint64(1), "survey", "Wrong")
	f.Fuzz(func(t *testing.T, drawn []byte, seed uint64, stage, message string) {
		r := rand.New(rand.NewPCG(seed, 9))
		events := drawEvents(r)
		for len(drawn) >= 4 {
			events = append(events, Event{
				ID: string(drawn[:1]), At: day.Add(time.Duration(int16(binary.BigEndian.Uint16(drawn))) * time.Second),
				Type: draw(r, toldTypes), Stage: Stage(stage), Message: message, Source: draw(r, []Source{FromHost, FromBrowser}),
			})
			drawn = drawn[4:]
		}
		p := Read(drawSession(r), events, Limits{}, day)
		checkSound(t, p, day)
		if again := Read(Session{}, shuffled(r, append(events, Event{})), Limits{}, day); again.Outcome == "" {
			t.Fatal("no outcome")
		}
	})
}

func BenchmarkRead2000(b *testing.B) {
	r := rand.New(rand.NewPCG(10, 11))
	var events []Event
	for i := range 2000 {
		events = append(events, Event{
			ID: "event-" + time.Duration(i).String(), At: day.Add(time.Duration(r.IntN(86_400_000)) * time.Millisecond),
			Type: draw(r, browserTypes[:5]), Stage: draw(r, Stages()[:6]), Message: draw(r, []string{"Wrong", "Other"}), Source: draw(r, []Source{FromHost, FromBrowser}),
		})
	}
	b.ReportAllocs()
	for b.Loop() {
		Read(Session{}, events, Limits{}, day.Add(24*time.Hour))
	}
}
