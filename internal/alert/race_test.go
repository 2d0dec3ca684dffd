//go:build race

package alert_test

// raceDetector makes everything some ten times slower.
const raceDetector = true
