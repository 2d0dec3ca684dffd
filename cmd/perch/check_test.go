package main

import (
	"errors"
	"strings"
	"testing"

	"perch/internal/finch"
	"perch/store"
)

func TestCheckSaysWhatServeWouldDoToTheDatabase(t *testing.T) {
	counts := finch.Counts{Live: 3, Disconnected: 1}
	tests := map[string]struct {
		found store.Report
		want  string
	}{
		"no tables yet":         {store.Report{Newest: 2}, "is empty; serve will make its tables"},
		"up to date":            {store.Report{Exists: true, Version: 2, Newest: 2, Read: true, Counts: counts}, "3 live connections, 1 disconnected"},
		"older":                 {store.Report{Exists: true, Version: 1, Newest: 2, Read: true, Counts: counts}, "3 live connections, 1 disconnected; of version 1, serve will bring it to 2"},
		"too old to be counted": {store.Report{Exists: true, Version: 1, Newest: 2}, "of version 1; serve will bring it to 2"},
	}
	for name, tt := range tests {
		if got := databaseDetail(tt.found); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func TestAFailureIsOneLineOfTheReport(t *testing.T) {
	var out strings.Builder
	r := &report{out: &out}
	r.failed("database", errors.New("does not answer:\n\tdial error\n\ttimeout"))
	if want := "FAIL  database         does not answer: dial error; timeout\n"; out.String() != want {
		t.Errorf("printed %q", out.String())
	}
}
