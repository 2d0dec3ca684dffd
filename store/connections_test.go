package store_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"perch/internal/finch"
	"perch/store"
)

const harborID = "c0ffee00-1111-4222-8333-444455556666"

func TestConnectionIsWhatFinchSaid(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		facts := harbor(start)
		grant(t, p.open(t), finch.Grant{Token: finch.NewToken("tok-1"), Facts: facts})

		again := p.open(t) // what is known comes from the database, not from memory
		got := connection(t, again, harborID)
		in := facts.Introspection
		want := finch.Connection{
			ID: harborID, CustomerID: "cust_1042", CustomerName: "Harbor Coffee Roasters", CompanyID: in.CompanyID,
			ProviderID: "paychex_flex", ProviderName: "paychex_flex", Environment: "production",
			Report: in.ConnectionStatus, Products: in.Products, Methods: in.Methods, Entities: in.Entities,
			StatusSince: start, Created: time.Date(2026, 3, 2, 15, 20, 11, 0, time.UTC), CreatedExact: true,
			NextScheduled: start.Add(21 * time.Hour), Learned: start, JobsLearned: start, FirstSeen: start,
			HasToken: true, Tokens: []finch.TokenSeen{{ID: in.TokenID, FirstSeen: start, LastSeen: start}},
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	})
}

func TestConnectionUnknown(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		for name, id := range map[string]string{"empty": "", "unknown": "nobody", "hostile": "a\x00b\xff' OR 1=1 --"} {
			if _, err := s.Connection(t.Context(), id); !errors.Is(err, store.ErrUnknown) {
				t.Errorf("%s id: Connection says %v", name, err)
			}
		}
		if err := s.Learn(t.Context(), harbor(start)); !errors.Is(err, store.ErrUnknown) {
			t.Errorf("Learn of an unknown connection says %v", err)
		}
		if err := s.Forget(t.Context(), "nobody"); !errors.Is(err, store.ErrUnknown) {
			t.Errorf("Forget of an unknown connection says %v", err)
		}
		if err := s.Lost(t.Context(), "nobody", finch.NewToken("x"), start); !errors.Is(err, store.ErrUnknown) {
			t.Errorf("Lost of an unknown connection says %v", err)
		}
	})
}

func TestLearnReplacesMethodsAndEntities(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		grant(t, s, finch.Grant{Token: finch.NewToken("tok-1"), Facts: harbor(start)})
		later := harbor(start.Add(time.Hour))
		later.Introspection.Methods = later.Introspection.Methods[:1]
		later.Introspection.Entities = later.Introspection.Entities[1:]
		later.Jobs = nil
		if err := s.Learn(t.Context(), later); err != nil {
			t.Fatal(err)
		}
		c := connection(t, s, harborID)
		if !reflect.DeepEqual(c.Methods, later.Introspection.Methods) || !reflect.DeepEqual(c.Entities, later.Introspection.Entities) {
			t.Errorf("methods %+v, entities %+v", c.Methods, c.Entities)
		}
		if !c.Learned.Equal(later.At) || !c.JobsLearned.Equal(start) || !c.CreatedExact || !c.NextScheduled.Equal(start.Add(21*time.Hour)) {
			t.Errorf("without a job list what the last one said must stay: %+v", c)
		}
		if !c.Tokens[0].LastSeen.Equal(later.At) || !c.Tokens[0].FirstSeen.Equal(start) {
			t.Errorf("token history %+v", c.Tokens)
		}
	})
}

func TestAnOlderLookOverwritesNothing(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		grant(t, s, finch.Grant{Token: finch.NewToken("tok-1"), Facts: harbor(start)})
		before := connection(t, s, harborID)
		late := harbor(start.Add(-time.Minute))
		late.Introspection.CustomerName, late.Introspection.Entities = "Old Name", nil
		late.Introspection.ConnectionStatus.Status = finch.Reauth
		late.Jobs = &finch.JobList{}
		if err := s.Learn(t.Context(), late); err != nil {
			t.Fatal(err)
		}
		if after := connection(t, s, harborID); !reflect.DeepEqual(after, before) {
			t.Errorf("an older look changed\n%+v to\n%+v", before, after)
		}
	})
}

func TestStatusSinceChangesWithTheWorstStatusOnly(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		grant(t, s, finch.Grant{Token: finch.NewToken("tok-1"), Facts: harbor(start)}) // worst: pending deductions
		steps := []struct {
			name   string
			change func(*finch.Introspection)
			since  time.Duration
			worst  finch.Status
		}{
			{"the same again", func(*finch.Introspection) {}, 0, finch.Pending},
			{"an entity breaks", func(in *finch.Introspection) { in.Entities[1].Status = finch.Reauth }, 2 * time.Hour, finch.Reauth},
			{"another breaks too", func(in *finch.Introspection) {
				in.Entities[0].Status, in.Entities[1].Status = finch.Reauth, finch.Reauth
			}, 2 * time.Hour, finch.Reauth},
			{"all is well", func(in *finch.Introspection) { in.Methods = in.Methods[:1] }, 4 * time.Hour, finch.Connected},
		}
		for i, step := range steps {
			facts := harbor(start.Add(time.Duration(i+1) * time.Hour))
			step.change(&facts.Introspection)
			if err := s.Learn(t.Context(), facts); err != nil {
				t.Fatal(err)
			}
			c := connection(t, s, harborID)
			if c.Worst() != step.worst || !c.StatusSince.Equal(start.Add(step.since)) {
				t.Errorf("%s: %s since %s, want %s since %s", step.name, c.Worst(), c.StatusSince, step.worst, start.Add(step.since))
			}
		}
	})
}

func TestJobsTellTheNextSyncAndWhenItWasMade(t *testing.T) {
	t.Parallel()
	made := time.Date(2026, 3, 2, 15, 20, 11, 0, time.UTC)
	sync := func(status string, in time.Duration) finch.Job {
		scheduled := start.Add(in)
		return finch.Job{Type: "data_sync_all", Status: status, CreatedAt: made, ScheduledAt: &scheduled}
	}
	for _, c := range []struct {
		name    string
		jobs    *finch.JobList
		next    time.Time
		created time.Time
		exact   bool
	}{
		{"not asked", nil, time.Time{}, start, false},
		{"none", &finch.JobList{}, time.Time{}, start, false},
		{"only one that has run", &finch.JobList{Jobs: []finch.Job{sync("complete", -time.Hour)}}, time.Time{}, start, false},
		{"one ahead", &finch.JobList{Jobs: []finch.Job{sync("pending", time.Hour)}}, start.Add(time.Hour), made, true},
		{"one that should have run", &finch.JobList{Jobs: []finch.Job{sync("pending", -time.Hour)}}, start.Add(-time.Hour), made, true},
		{"two ahead", &finch.JobList{Jobs: []finch.Job{sync("pending", 9*time.Hour), sync("pending", time.Hour)}}, start.Add(time.Hour), made, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			onEach(t, func(t *testing.T, p place) {
				s := p.open(t)
				facts := harbor(start)
				facts.Jobs = c.jobs
				grant(t, s, finch.Grant{Token: finch.NewToken("tok-1"), Facts: facts})
				got := connection(t, s, harborID)
				if !got.NextScheduled.Equal(c.next) || !got.Created.Equal(c.created) || got.CreatedExact != c.exact {
					t.Errorf("next %v, created %v (exact %v)", got.NextScheduled, got.Created, got.CreatedExact)
				}
			})
		})
	}
}

func TestHostileTextIsStored(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		g := named("conn-1", "cust\x00omer", "Evil \x00 <!channel> \u202e'; DROP TABLE connections; -- \xff")
		g.Facts.Introspection.Products = []string{"p\x00ay", `"quoted"`}
		g.Facts.Introspection.Methods = []finch.Method{{Type: "x\x00", Report: finch.StatusReport{Status: "odd\xffstatus", Message: "\x00"}}}
		grant(t, s, g)
		c := connection(t, s, "conn-1")
		if c.CustomerName != "Evil  <!channel> \u202e'; DROP TABLE connections; -- \uFFFD" || c.CustomerID != "customer" {
			t.Errorf("name %q, customer %q", c.CustomerName, c.CustomerID)
		}
		if !slices.Equal(c.Products, []string{"pay", `"quoted"`}) {
			t.Errorf("products %q", c.Products)
		}
	})
}

func TestLooksFromSeveralSidesAtOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		sides := []*store.Store{p.open(t), p.open(t), p.open(t)}
		grant(t, sides[0], finch.Grant{Token: finch.NewToken("tok-1"), Facts: harbor(start)})
		for round := range 20 {
			newest := start.Add(time.Duration(round+1) * time.Hour)
			ready := make(chan struct{})
			var group sync.WaitGroup
			for i, s := range sides {
				group.Go(func() {
					<-ready
					if err := s.Learn(t.Context(), harbor(newest.Add(-time.Duration(i)*time.Minute))); err != nil {
						t.Error(err)
					}
				})
			}
			close(ready)
			group.Wait()
			c := connection(t, sides[0], harborID)
			if !c.Learned.Equal(newest) || len(c.Methods) != 2 || len(c.Entities) != 2 {
				t.Fatalf("round %d: the newest look must win wholly: %+v", round, c)
			}
		}
	})
}

func TestProviderNames(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		if at, err := s.ProvidersLearned(t.Context()); err != nil || !at.IsZero() {
			t.Errorf("before any: %v, %v", at, err)
		}
		grant(t, s, named("conn-1", "cust-1", "Acme"))
		for _, name := range []string{"Gusto", "Gusto Inc"} {
			if err := s.SaveProviders(t.Context(), []finch.Provider{{ID: "gusto", DisplayName: name, Products: []string{"company"}}}, start); err != nil {
				t.Fatal(err)
			}
			if c := connection(t, s, "conn-1"); c.ProviderName != name {
				t.Errorf("provider name %q, want %q", c.ProviderName, name)
			}
		}
		if at, err := s.ProvidersLearned(t.Context()); err != nil || !at.Equal(start) {
			t.Errorf("learned %v, %v", at, err)
		}
	})
}

// A webhook tells of a connection for the first time while another replica stores
// its token: neither finds it there, and the webhook is the second to write.
func TestAConnectionSightedTakesNothingFromItsToken(t *testing.T) {
	t.Parallel()
	p := postgresPlace(t)
	s := p.open(t)
	slow := beside(t, p)
	if _, err := slow.ExecContext(t.Context(), "LOCK TABLE token_history IN EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	ctx := context.WithoutCancel(t.Context())
	granted, sighted := make(chan error, 1), make(chan error, 1)
	go func() {
		_, err := s.Grant(ctx, []finch.Grant{named("conn-1", "cust-1", "Acme Bikes")})
		granted <- err
	}()
	awaitBlocked(t, slow)
	go func() { sighted <- s.Sighted(ctx, "conn-1", "company-1", start) }()
	awaitBlockedBehind(t, slow, sighted)
	if err := slow.Rollback(); err != nil {
		t.Error(err)
	}
	if err := errors.Join(<-granted, <-sighted); err != nil {
		t.Fatal(err)
	}
	if c := connection(t, s, "conn-1"); c.CustomerName != "Acme Bikes" || c.ProviderID != "gusto" || c.Report.Status != finch.Connected || c.Learned.IsZero() {
		t.Errorf("after both: %+v", c)
	}
}
