package bot

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// Whoever writes to Perch faster than it answers waits alone, not with all others.
func TestOnePersonsFloodDoesNotTakeAllPlaces(t *testing.T) {
	r := newRigOn(t, &fakeInbox{}, &fakeListener{})
	for i := range 1000 {
		r.keepAll(t, said(r, map[string]any{"text": "<@UBOT> jobs", "ts": fmt.Sprintf("2000000000.%06d", i)}))
	}
	r.keepAll(t, said(r, map[string]any{"text": "<@UBOT> jobs", "ts": "2000000000.000003", "type": "app_mention"}))
	if n := len(r.inbox.seen); n != maxUnanswered {
		t.Errorf("%d of one person's messages wait, want %d", n, maxUnanswered)
	}
	r.keepAll(t, said(r, map[string]any{"text": "<@UBOT> jobs", "ts": "2000000001.000000", "user": "U2"}))
	if n := len(r.inbox.seen); n != maxUnanswered+1 {
		t.Errorf("somebody else's message waits with them: %d", n)
	}
	r.workOffAll(t)
	r.keepAll(t, said(r, map[string]any{"text": "<@UBOT> jobs", "ts": "2000000002.000000"}))
	if n := len(r.inbox.seen); n != maxUnanswered+2 {
		t.Errorf("after the answers nothing is heard of them: %d", n)
	}
}

// What waits in memory is bounded by what it holds, too.
func TestWordsInMemoryAreBounded(t *testing.T) {
	w := newHeldWords()
	attached, _ := json.Marshal([]string{strings.Repeat("x", 1<<20)})
	for i := range maxKept {
		w.put(fmt.Sprint(i), utterance{User: fmt.Sprint(i), Text: "words", Attachments: attached})
		if w.bytes > maxHeld {
			t.Fatalf("%d bytes are held", w.bytes)
		}
	}
	if _, there := w.get(fmt.Sprint(maxKept - 1)); !there || len(w.said) != 3 || len(w.order) != 3 {
		t.Errorf("%d held, the newest: %v", len(w.said), there)
	}
	for _, key := range []string{"497", "498", "499", "499"} {
		w.drop(key)
	}
	if w.bytes != 0 || len(w.said) != 0 || len(w.order) != 0 {
		t.Errorf("%d bytes of nothing", w.bytes)
	}
	w.put("huge", utterance{Text: strings.Repeat("x", maxHeld+1)})
	if w.bytes != 0 || len(w.order) != 0 {
		t.Errorf("%d bytes of one are held", w.bytes)
	}
}

func TestOneTextUnderTwoTSIsAnsweredOnce(t *testing.T) {
	r := newRigOn(t, &fakeInbox{}, &fakeListener{})
	r.keepAll(t,
		said(r, map[string]any{"text": "<@UBOT> jobs", "ts": "2000000000.000001", "client_msg_id": "m-7"}),
		said(r, map[string]any{"text": "<@UBOT> jobs", "ts": "2000000000.000002", "client_msg_id": "m-7"}),
		said(r, map[string]any{"text": "<@UBOT> jobs", "ts": "2000000000.000001", "client_msg_id": "m-7", "type": "app_mention"}))
	if n := len(r.inbox.seen); n != 1 {
		t.Errorf("%d messages wait: %s", n, r.inbox.seen)
	}
	r.keepAll(t, said(r, map[string]any{"text": "<@UBOT> jobs", "ts": "2000000000.000003", "client_msg_id": "m-8"}))
	if n := len(r.inbox.seen); n != 2 {
		t.Errorf("another text is taken for the same: %s", r.inbox.seen)
	}
	known := newTwins()
	for i := range 3 * maxTwins {
		if known.isSecond(talk{Channel: "C1", TS: "1.1", ClientID: fmt.Sprint(i)}) || len(known.first) > maxTwins || len(known.order) > maxTwins {
			t.Fatalf("%d are remembered", len(known.first))
		}
	}
}
