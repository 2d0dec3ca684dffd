//go:build race

package watch_test

// raceDetector makes everything some ten times slower.
const raceDetector = true
