package connect

import "time"

// FunnelQuery asks how sessions went that began from Since until before Until.
type FunnelQuery struct {
	// Provider is a provider's id, empty for all.
	Provider     string
	Since, Until time.Time
}

// Funnel is how far employers came. Sessions of the sandbox and reconnects do not
// count; nor do sessions of which nobody told the stages, but for the first lines.
type Funnel struct {
	// Sessions were made, Opened of them opened, Staged of those told of stages,
	// Connected of all finished.
	Sessions, Opened, Staged, Connected int
	// Stages are in order.
	Stages []FunnelStage
	// Providers are those with the most drop-offs first, at most 20.
	Providers []FunnelProvider
}

// FunnelStage is one stage of a funnel.
type FunnelStage struct {
	Stage Stage
	// Reached it, Passed of those went on, Dropped of those stopped there.
	Reached, Passed, Dropped int
	// Median and Ninth are the times spent in it of those who passed, as near as
	// the histogram tells (within 15 %); zero for fewer than 20.
	Median, Ninth time.Duration
}

// FunnelProvider is how it went at one provider.
type FunnelProvider struct {
	ProviderID, ProviderName string
	Opened, Connected        int
	Dropped                  int
}
