package finch

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Why an answer cannot be read, in words that quote nothing of it.
var (
	errNotFinchs = errors.New("the answer is not the JSON that Finch documents")
	errNotWhole  = errors.New("the answer is not whole JSON")
	errNotJSON   = errors.New("the answer is no JSON")
	errNameless  = errors.New("the answer names no connection, or by no usable id")
)

// lenient decodes JSON into v and forgives values of another type than
// expected: those stay zero, all else is kept. An optional field that Finch
// changes must not hide the rest of an answer. first is the byte that a whole
// answer of this kind begins with.
func lenient(body []byte, first byte, v any) error {
	if trimmed := bytes.TrimSpace(body); len(trimmed) == 0 || trimmed[0] != first {
		return errNotFinchs
	}
	if forgiving(json.Unmarshal(body, v)) != nil {
		return errNotWhole
	}
	return nil
}

// notJSON reports whether there is a body, and that it is no JSON.
func notJSON(body []byte) bool {
	return len(bytes.TrimSpace(body)) > 0 && !json.Valid(body)
}

// forgiving drops the complaint about a value of another type: encoding/json
// leaves such a value out, reads on to the end, and complains only then.
func forgiving(err error) error {
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return nil
	}
	return err
}

// decodeIntrospection needs to learn which connection it is; methods without a
// type and entities without an id are left out, since nothing can be said of them.
func decodeIntrospection(body []byte, token Token) (Introspection, error) {
	var in Introspection
	if err := lenient(body, '{', &in); err != nil {
		return Introspection{}, err
	}
	if in.ConnectionID == "" || len(in.ConnectionID) > maxWord {
		return Introspection{}, errNameless
	}
	in.Methods = slices.DeleteFunc(in.Methods, func(m Method) bool { return m.Type == "" })
	in.Entities = slices.DeleteFunc(in.Entities, func(e Entity) bool { return e.ID == "" })
	return in.bounded(token), nil
}

func decodeProviders(body []byte) ([]Provider, error) {
	var providers []Provider
	if err := lenient(body, '[', &providers); err != nil {
		return nil, err
	}
	providers = slices.DeleteFunc(providers, func(p Provider) bool { return p.ID == "" })
	for i, p := range providers {
		providers[i] = p.bounded()
	}
	return providers, nil
}

func decodeJobs(body []byte) (JobList, error) {
	var list JobList
	if err := lenient(body, '{', &list); err != nil {
		return JobList{}, err
	}
	list.Jobs = slices.DeleteFunc(list.Jobs, func(j Job) bool { return j.ID == "" })
	return list, nil
}

// decodeError reads Finch's error body. Whatever else a gateway may put there
// leaves the words empty. Until is as it was said, perhaps absurd.
func decodeError(body []byte, token Token) *Error {
	var wire struct {
		Name    string `json:"name"`
		Code    string `json:"finch_code"`
		Message string `json:"message"`
		// RetryAt is said where a connection's syncs on request are used up.
		RetryAt SyncTime `json:"retry_at"`
	}
	if err := lenient(body, '{', &wire); err != nil {
		return &Error{}
	}
	return &Error{
		Until:   wire.RetryAt.At,
		Name:    codeWord(wire.Name, token),
		Code:    codeWord(wire.Code, token),
		Message: oneLine(wire.Message, token),
	}
}

// parseRetryAfter reads both forms of the header, seconds and a date. What is
// neither, past or over a day is 0: nothing was said.
func parseRetryAfter(header string, now time.Time) time.Duration {
	var wait time.Duration
	if seconds, err := strconv.Atoi(header); err == nil && seconds <= int(maxRetryAfter/time.Second) {
		wait = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(header); err == nil {
		wait = at.Sub(now)
	}
	return credible(wait)
}

const maxRetryAfter = 24 * time.Hour

// credible is a wait that a server may ask for, else 0.
func credible(wait time.Duration) time.Duration {
	if wait < 0 || wait > maxRetryAfter {
		return 0
	}
	return wait
}
