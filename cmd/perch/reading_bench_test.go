package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	localslack "perch/internal/playground/slack"
)

// How much people write while BenchmarkReadingAlong looks on.
const (
	linesEvery = time.Second / 200
	linesFor   = 20 * time.Second
	linesFirst = 3 * time.Second // until what a start costs is over
)

// chatter are lines as people write them, which hold no id; lookalikes hold what
// might be one, and is not known here.
var (
	chatter = []string{
		"good morning, is anybody looking at the deploy?",
		"yes, it went out at 09:14, see https://ci.example.com/runs/latest?attempt=last",
		"```panic: runtime error: index out of range [5] with length 3\ngoroutine 17 [running]:```",
		"> we have 14 seats and pay $1,200 a month\nthat is what they wrote",
		"thanks! :tada: <@UANN> will take it from here",
	}
	lookalikes = []string{
		"build 2041-rc3 went out, see https://ci.example.com/runs/88213b?attempt=2",
		"customer says the sync failed, trace 7c1de6a0-9a51-4f0e-8f0c-0d6a4a3c2b11, can somebody check?",
		"that is what they wrote on INV-20931",
	}
)

// cpuTicks is how often a second Linux counts what a process uses.
const cpuTicks = 100

// used is the processor time that the program has had.
func (t *town) used() time.Duration {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", t.run.Process.Pid))
	t.check(err)
	_, rest, _ := strings.Cut(string(raw), ") ")
	fields := strings.Fields(rest)
	total := 0
	for _, field := range fields[11:13] { // utime and stime
		n, err := strconv.Atoi(field)
		t.check(err)
		total += n
	}
	return time.Duration(total) * time.Second / cpuTicks
}

// BenchmarkReadingAlong is what 200 messages a second cost, none of which holds an id
// that is known, in channels where Perch reads along: the whole process, sockets
// and JSON included, in percent of one core. "idle-%" is what it uses without.
func BenchmarkReadingAlong(b *testing.B) {
	b.Run("no ids", func(b *testing.B) { readAlong(b, chatter) })
	b.Run("ids of others", func(b *testing.B) { readAlong(b, lookalikes) })
}

func readAlong(b *testing.B, lines []string) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		b.Skip("there is no /proc to read processor times from")
	}
	for b.Loop() {
		t := newTown(b, 2000, func(n int) string { return fmt.Sprintf("provider-%d", n/4) }, func(int) string { return "CALERTS" })
		var channels []string
		for n := range 20 {
			channel := fmt.Sprintf("CTALK%02d", n)
			t.slack.PutChannel(localslack.Channel{ID: channel, Name: strings.ToLower(channel), Members: []string{"UANN", "UBO", localslack.BotUserID}})
			t.check(t.slack.Slash(b.Context(), "UANN", channel, "/perch threads on"))
			channels = append(channels, channel)
		}
		idle := t.share(linesFirst, func() { <-time.After(linesFirst) })
		said := 0
		busy := t.share(linesFor, func() { said = t.talk(channels, lines) })
		b.ReportMetric(idle, "idle-%")
		b.ReportMetric(busy, "core-%")
		b.ReportMetric(float64(said)/linesFor.Seconds(), "messages/s")
		if t.slack.Wait(within(b, benchPatience), func() bool { return t.unacked() == 0 }) != nil {
			b.Errorf("%d messages were not acknowledged in time", t.unacked())
		}
	}
}

// share is which part of a core the program uses while something goes on.
func (t *town) share(during time.Duration, happen func()) float64 {
	before, began := t.used(), time.Now()
	happen()
	return 100 * (t.used() - before).Seconds() / max(during, time.Since(began)).Seconds()
}

// talk has people write in the channels by turns, and returns how much.
func (t *town) talk(channels, lines []string) (said int) {
	tick := time.NewTicker(linesEvery)
	defer tick.Stop()
	for began := time.Now(); time.Since(began) < linesFor; said++ {
		<-tick.C
		_, err := t.slack.Say("UBO", channels[said%len(channels)], lines[said%len(lines)], "")
		t.check(err)
	}
	return said
}

// unacked counts the events that were never acknowledged, or too late.
func (t *town) unacked() (late int) {
	for _, d := range t.slack.Deliveries() {
		if d.Kind == "message" && (!d.Acked || d.AckMS > 3000) {
			late++
		}
	}
	return late
}
