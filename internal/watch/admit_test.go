package watch_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"perch/internal/finch"
	"perch/internal/watch"
)

func TestATokenIsKeptUnderTheConnectionThatFinchNames(t *testing.T) {
	t.Parallel()
	for _, want := range []string{"", "c1"} {
		f, s := newFinch(), newStore()
		w := newWatcher(f, s)
		id, created, err := w.Admit(t.Context(), want, finch.NewToken("c1"))
		if id != "c1" || !created || err != nil {
			t.Errorf("first: %q, %v, %v", id, created, err)
		}
		id, created, err = w.Admit(t.Context(), want, finch.NewToken("c1"))
		if id != "c1" || created || err != nil {
			t.Errorf("again: %q, %v, %v", id, created, err)
		}
		if g := s.granted[0][0]; g.Token.Reveal() != "c1" || g.Facts.Introspection.TokenID != "token-of-c1" || g.Facts.At.IsZero() {
			t.Errorf("granted %+v", g.Facts)
		}
	}
}

func TestATokenThatIsToBlameIsNotKept(t *testing.T) {
	t.Parallel()
	f, s := newFinch(), newStore()
	_, _, err := newWatcher(f, s).Admit(t.Context(), "c2", finch.NewToken("c1"))
	if mismatch, ok := errors.AsType[*watch.Mismatch](err); !ok || mismatch.Want != "c2" || mismatch.Got != "c1" {
		t.Errorf("another's token: %v", err)
	}
	f.introspect = func(context.Context, string) (finch.Introspection, error) { return finch.Introspection{}, revoked() }
	_, _, err = newWatcher(f, s).Admit(t.Context(), "c1", finch.NewToken("c1"))
	if refusal, ok := errors.AsType[*finch.Error](err); !ok || refusal.Trouble() != finch.TroubleRevoked {
		t.Errorf("a revoked token: %v", err)
	}
	if len(s.granted) != 0 {
		t.Error("a token was kept")
	}
}

func TestAListIsVerifiedByEightAndKeptAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), newStore("c3")
		f.introspect = func(_ context.Context, id string) (finch.Introspection, error) {
			time.Sleep(time.Second)
			return introspection(id, finch.Connected), nil
		}
		var list []watch.Applicant
		for i := range 40 {
			id := fmt.Sprint("c", i)
			list = append(list, watch.Applicant{ConnectionID: id, Token: finch.NewToken(id)})
		}
		list[39].ConnectionID = "" // goes by Finch's word
		outcomes, err := newWatcher(f, s).AdmitAll(t.Context(), list)
		if err != nil {
			t.Fatal(err)
		}
		for i, o := range outcomes {
			if o.ConnectionID != fmt.Sprint("c", i) || o.Err != nil || o.Created != (i != 3) {
				t.Errorf("outcome %d: %+v", i, o)
			}
		}
		if f.most != 8 {
			t.Errorf("%d at the same time, want 8", f.most)
		}
		if len(s.granted) != 1 || len(s.granted[0]) != 40 {
			t.Errorf("%d transactions", len(s.granted))
		}
	})
}

func TestOneBadApplicantKeepsAllOut(t *testing.T) {
	t.Parallel()
	f, s := newFinch(), newStore()
	f.introspect = func(_ context.Context, id string) (finch.Introspection, error) {
		if id == "gone" {
			return finch.Introspection{}, revoked()
		}
		return introspection(id, finch.Connected), nil
	}
	outcomes, err := newWatcher(f, s).AdmitAll(t.Context(), []watch.Applicant{
		{ConnectionID: "c1", Token: finch.NewToken("c1")},
		{ConnectionID: "c2", Token: finch.NewToken("gone")},
		{ConnectionID: "c3", Token: finch.NewToken("c4")},
		{ConnectionID: "c1", Token: finch.NewToken("c1")},
		{ConnectionID: "", Token: finch.NewToken("c1")},
	})
	if err == nil || len(s.granted) != 0 {
		t.Errorf("got %v; granted %v", err, s.granted)
	}
	if outcomes[0].Err != nil || outcomes[0].Created {
		t.Errorf("the good one: %+v", outcomes[0])
	}
	if _, ok := errors.AsType[*finch.Error](outcomes[1].Err); !ok {
		t.Errorf("the revoked one: %+v", outcomes[1])
	}
	if _, ok := errors.AsType[*watch.Mismatch](outcomes[2].Err); !ok {
		t.Errorf("another's: %+v", outcomes[2])
	}
	if !errors.Is(outcomes[3].Err, watch.ErrTwice) || !errors.Is(outcomes[4].Err, watch.ErrTwice) {
		t.Errorf("the repeated ones: %+v, %+v", outcomes[3], outcomes[4])
	}
	if got := f.count("introspect", "c1"); got != 2 {
		t.Errorf("c1's token was verified %d times; a repeated line needs no question", got)
	}
}

func TestNothingIsCreatedIfTheStoreRefuses(t *testing.T) {
	t.Parallel()
	f, s := newFinch(), newStore()
	s.grantErr = errDisk
	outcomes, err := newWatcher(f, s).AdmitAll(t.Context(), []watch.Applicant{{ConnectionID: "c1", Token: finch.NewToken("c1")}})
	if !errors.Is(err, errDisk) || outcomes[0].Created {
		t.Errorf("got %+v, %v", outcomes, err)
	}
	if outcomes, err := newWatcher(f, s).AdmitAll(t.Context(), nil); err != nil || len(outcomes) != 0 {
		t.Errorf("an empty list: %v, %v", outcomes, err)
	}
}
