//go:build !linux

package explore

// limitProcess does nothing where no limit is known to bound Go's memory: there a
// child is bound by its parent's patience and by what is taken of its output.
func limitProcess() error { return nil }
