package commands

import (
	"net/url"
	"strconv"
	"strings"

	"perch/internal/finch"
)

// What buttons carry. All of it went through the user's client, so reading it
// back tolerates anything and the store is asked again.

// shared is the value of a card's Refresh button: which connection, and who
// shared the card, if somebody did.
type shared struct{ ID, By string }

func (s shared) String() string {
	if s.By == "" {
		return s.ID
	}
	return s.ID + " " + s.By
}

func parseShared(value string) shared {
	id, by, _ := strings.Cut(value, " ")
	if !isSlackID(by) {
		by = ""
	}
	return shared{ID: id, By: by}
}

// isSlackID: capital letters and digits, so that it is safe inside <@…>.
func isSlackID(s string) bool {
	return s != "" && len(s) <= 32 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

// pageValue is the value of the list's buttons: which part of which list.
func pageValue(q finch.ListQuery) string {
	v := url.Values{}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	set("tab", string(q.Tab))
	set("words", q.Words)
	set("after", q.After)
	if q.Skipped > 0 {
		set("skipped", strconv.Itoa(q.Skipped))
	}
	if q.Attention != nil {
		set("show", map[bool]string{true: "attention", false: "well"}[*q.Attention])
	}
	return v.Encode()
}

func parsePage(value string) finch.ListQuery {
	v, _ := url.ParseQuery(value) // what cannot be read is left out
	q := finch.ListQuery{Tab: finch.Live, Words: v.Get("words"), After: v.Get("after")}
	if n, err := strconv.Atoi(v.Get("skipped")); err == nil && n > 0 {
		q.Skipped = n
	}
	for _, tab := range finch.Tabs {
		if string(tab) == v.Get("tab") {
			q.Tab = tab
		}
	}
	switch v.Get("show") {
	case "attention":
		q.Attention = new(true)
	case "well":
		q.Attention = new(false)
	}
	return q
}
