package finch

import "testing"

func TestFold(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"", ""},
		{"harbor", "harbor"},
		{"  Harbor   Coffee ", "harbor coffee"},
		{"Harbor\tCafé\u00a0Roasters", "harbor cafe roasters"},
		{"ØRSTED Straße Łódź", "orsted strasse lodz"},
		{"Joe’s", "joe's"},
		{"zero\u200bwidth\x00", "zerowidth"},
		{"\u0301", ""},
		{"broken\xff", "broken"},
	}
	for _, tt := range tests {
		if got := Fold(tt.text); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestProductGroup(t *testing.T) {
	t.Parallel()
	for product, want := range map[string]string{
		"company": "Organization", "employer:payment": "Payroll", "deduction": "Deductions", "documents": "documents", " employer:ssn ": "Organization", "": "",
	} {
		if got := ProductGroup(product); got != want {
			t.Errorf("%q: %q, want %q", product, got, want)
		}
	}
}
