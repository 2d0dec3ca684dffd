package finch

import (
	"strings"
	"testing"
)

func TestDashboardsPattern(t *testing.T) {
	for pattern, fault := range map[string]string{
		"https://dash.example.com/c/{connection_id}":              "",
		"https://dash.example.com/{company_id}?c={connection_id}": "",
		"http://127.0.0.1:8080/{connection_id}":                   "",
		"http://localhost/{connection_id}#{customer_id}":          "",
		"http://dash.example.com/{connection_id}":                 "https://",
		"javascript://x/{connection_id}":                          "https://",
		"https://dash.example.com/":                               "lacks {connection_id}",
		"":                                                        "lacks {connection_id}",
		"https://dash.example.com/{connection_id}/{account}":      "other braces",
		"https://dash.example.com/{{connection_id}}":              "other braces",
		"https://{connection_id}.example.com/":                    "in its host",
		"https://me:secret@dash.example.com/{connection_id}":      "not an address",
		"https://dash.example.com/a b/{connection_id}":            "not an address",
		"dash.example.com/{connection_id}":                        "not an address",
		"https://dash.example.com?{connection_id}":                "in its host",
	} {
		_, err := ParseDashboard(pattern)
		if (err == nil) != (fault == "") || (err != nil && !strings.Contains(err.Error(), fault)) {
			t.Errorf("%q: %v, want %q", pattern, err, fault)
		}
	}
}

func TestDashboardsAddress(t *testing.T) {
	d, err := ParseDashboard("https://dash.example.com/{customer_id}/{connection_id}")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		of   Connection
		want string
	}{
		{Connection{ID: "c1", CustomerID: "u1"}, "https://dash.example.com/u1/c1"},
		{Connection{ID: "c 1/?#&", CustomerID: "{connection_id}"}, "https://dash.example.com/%7Bconnection_id%7D/c%201%2F%3F%23%26"},
		{Connection{ID: "c1"}, ""},
		{Connection{CustomerID: "u1"}, ""},
		{Connection{ID: "..", CustomerID: "u1"}, ""},
	} {
		if got := d.Of(c.of); got != c.want {
			t.Errorf("%+v: %q, want %q", c.of, got, c.want)
		}
	}
	if got := (Dashboard{}).Of(Connection{ID: "c1"}); got != "" {
		t.Errorf("the zero value makes %q", got)
	}
}
