package watch

import (
	"context"
	"sync"
	"time"

	"perch/internal/alert"
	"perch/internal/finch"
)

// Senses remember how well Perch sees.
type Senses interface {
	// Sense notes that a sense worked or failed. It writes at most once a minute
	// while nothing changes.
	Sense(ctx context.Context, name string, good bool, detail string, at time.Time) error
}

// sense notes how an answer of Finch's speaks for our sight. That it cannot be
// noted takes nothing from what was seen.
func (w *Watcher) sense(name string, good bool, detail string) {
	if w.alerts == nil || w.work.isClosed() {
		return // what our own end cut short says nothing
	}
	ctx, cancel := recording(w.life)
	defer cancel()
	if err := w.alerts.Sense(ctx, name, good, detail, w.now()); err != nil {
		w.log.Warn().Err(err).Str("sense", name).Msg("could not note how well Perch sees")
	}
}

// senseAnswer takes any answer of Finch's for a sign of life, a refusal too. What
// our own budget held back says nothing.
func (w *Watcher) senseAnswer(err error) {
	switch troubleOf(err) {
	case "":
		w.sense(alert.SenseFinch, true, "")
		w.sense(alert.SenseAccount, true, "")
	case finch.TroubleUnreachable:
		w.sense(alert.SenseFinch, false, string(finch.TroubleUnreachable))
	case finch.TroubleUnpaid, finch.TroubleBadClient:
		w.sense(alert.SenseFinch, true, "")
		w.sense(alert.SenseAccount, false, string(troubleOf(err)))
	case finch.TroubleOther, finch.TroubleRateLimited, finch.TroubleAddressBlocked:
	default:
		w.sense(alert.SenseFinch, true, "")
	}
}

// WebhookSeen notes what a delivery at the webhook door says of our sight: that
// its signature fits the secret, or does not.
func (w *Watcher) WebhookSeen(signed bool) {
	w.sense(alert.SenseSecret, signed, "")
	if signed {
		w.sense(alert.SenseWebhooks, true, "")
	}
}

const (
	// webhookLate is how long after a job's end its webhook may come. Finch: within
	// seconds, as a rule.
	webhookLate = 5 * time.Minute
	// remembered is how many jobs are known to have been heard of by webhook.
	remembered = 4096
)

// hearsay remembers of which jobs a webhook came, the last few thousand.
type hearsay struct {
	mu    sync.Mutex
	jobs  map[string]bool
	order []string
}

func newHearsay() *hearsay { return &hearsay{jobs: map[string]bool{}} }

func (h *hearsay) heard(jobID string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.jobs[jobID] {
		return
	}
	if len(h.order) == remembered {
		delete(h.jobs, h.order[0])
		h.order = h.order[1:]
	}
	h.jobs[jobID], h.order = true, append(h.order, jobID)
}

func (h *hearsay) knows(jobID string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.jobs[jobID]
}

// senseUntold notes a job that ended a while ago, was found so by asking, and of
// which no webhook came. Only where webhooks are expected at all.
func (w *Watcher) senseUntold(job finch.KnownJob) {
	if !w.webhooks || !job.Status.Final() || job.Completed.IsZero() || w.hearsay.knows(job.ID) {
		return
	}
	if late := w.now().Sub(job.Completed); late > webhookLate && late < 24*time.Hour {
		w.sense(alert.SenseWebhooks, false, "")
	}
}
