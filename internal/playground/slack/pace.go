package slack

import (
	"math"
	"time"
)

// Rate limits of the Web API, in calls a minute (Slack: "Rate limits"). Slack
// tolerates bursts without saying how long; a full bucket is one minute's worth
// and never less than tierBurst.
const (
	tierSpecial = 600
	tier1       = 1
	tier2       = 20
	tier3       = 50
	tier4       = 100
	tierBurst   = 20

	postsPerSecond = 1 // per channel
	postBurst      = 3
)

// bucket is a token bucket that fills with time.
type bucket struct {
	left float64
	at   time.Time
}

// tooOften refuses a call until wait has passed.
type tooOften struct{ wait time.Duration }

func (e *tooOften) Error() string { return "ratelimited" }

// seconds is the Retry-After: whole seconds, at least one.
func (e *tooOften) seconds() int { return max(int(math.Ceil(e.wait.Seconds())), 1) }

// take uses one token, or says how long until there is one.
func (b *bucket) take(now time.Time, size, perSecond float64) error {
	if b.at.IsZero() {
		b.left, b.at = size, now
	}
	b.left = min(size, b.left+now.Sub(b.at).Seconds()*perSecond)
	b.at = now
	if b.left < 1 {
		return &tooOften{wait: time.Duration((1 - b.left) / perSecond * float64(time.Second))}
	}
	b.left--
	return nil
}

// paced applies the method's tier.
func (s *Server) paced(c *call, m method) error {
	if !s.limits {
		return nil
	}
	perMinute := float64(m.tier)
	return bucketOf(s.ws.tiers, c.method).take(s.now(), max(perMinute, tierBurst), perMinute/60)
}

// pacedPost applies the limit on posts to one channel.
func (s *Server) pacedPost(channel string) error {
	if !s.limits {
		return nil
	}
	return bucketOf(s.ws.posts, channel).take(s.now(), postBurst, postsPerSecond)
}

func bucketOf(buckets map[string]*bucket, key string) *bucket {
	if buckets[key] == nil {
		buckets[key] = &bucket{}
	}
	return buckets[key]
}
