package card_test

import (
	"testing"

	"perch/bot/card"
)

func BenchmarkBuildCard(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		sample("Harbor Coffee Roasters")
	}
}

func BenchmarkValidateCard(b *testing.B) {
	m := sample("Harbor Coffee Roasters")
	b.ReportAllocs()
	for b.Loop() {
		if err := m.Validate(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkClean(b *testing.B) {
	for name, s := range map[string]string{"ascii": "Harbor Coffee Roasters", "accents": "Café Zürich Größe GmbH"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				card.Clean(s)
			}
		})
	}
}
