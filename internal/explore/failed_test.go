package explore

import (
	"slices"
	"strings"
	"testing"

	"perch/internal/finch"
	"perch/internal/mask"
)

func TestFailed(t *testing.T) {
	t.Parallel()
	const id = "d1d1d1d1-0000-4000-8000-00000000000a"
	tests := []struct {
		name, entry string
		want        []Failure
	}{
		{"all is well", `{"individual_id":"` + id + `","code":200,"body":{"id":"x"}}`, nil},
		{
			"not found", `{"individual_id":"` + id + `","code":404,"body":{"code":404,"name":"not_found_error","finch_code":"individual_not_found","message":"No such individual"}}`,
			[]Failure{{ID: id, Status: 404, Name: "not_found_error", Code: "individual_not_found", Message: "No such individual"}},
		},
		{
			"not ready", `{"payment_id":"` + id + `","code":202,"body":{"code":202,"name":"accepted","finch_code":"data_sync_in_progress","message":"Please check back later."}}`,
			[]Failure{{ID: id, Status: 202, Name: "accepted", Code: "data_sync_in_progress", Message: "Please check back later."}},
		},
		{
			"as it was spelled before", `{"body":{"error_name":"not_found_error","error_message":"No such individual"},"code":404}`,
			[]Failure{{Status: 404, Name: "not_found_error", Message: "No such individual"}},
		},
		{"with nothing in it", `{"code":500}`, []Failure{{Status: 500}}},
		{"of other types", `{"individual_id":7,"code":500,"body":[1],"message":"no"}`, []Failure{{Status: 500, Message: "no"}}},
		{"a code that is none", `{"code":123456789}`, nil},
		{"a code as text", `{"code":"404"}`, nil},
		{"a code below", `{"body":{"code":404}}`, nil},
		{"no object", `[404]`, nil},
		{
			"personal throughout", `{"individual_id":"123-45-6789","code":404,"body":{"name":"Ana Souza","finch_code":"a123456789","message":"Nobody has 123-45-6789, born 1985-03-04, \"Ana Souza\""}}`,
			[]Failure{{ID: mask.Mark, Status: 404, Message: `Nobody has ••••, born ••••, "••••"`}},
		},
		{
			"our secret throughout", `{"individual_id":"hush","code":404,"body":{"name":"hush","finch_code":"x_hush","message":"Hush is wrong"}}`,
			[]Failure{{ID: mask.Mark, Status: 404, Message: "•••• is wrong"}},
		},
		{"a long story", `{"code":500,"message":"` + strings.Repeat("a ", 500) + `"}`, []Failure{{Status: 500, Message: strings.Repeat("a ", 149) + "a…"}}},
	}
	batch := finch.Endpoint{Items: "responses", Shown: []string{"responses[].code"}}
	list := finch.Endpoint{Items: ".", Shown: []string{"[].code"}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := Seen{Secrets: []string{"hush"}}
			if got := masked(t, batch, `{"responses":[`+tt.entry+`]}`, s).Failed; !slices.Equal(got, tt.want) {
				t.Errorf("failed %+v\nwant   %+v", got, tt.want)
			}
			if got := masked(t, list, `[`+tt.entry+`]`, s).Failed; !slices.Equal(got, tt.want) {
				t.Errorf("in a list at the root failed %+v\nwant   %+v", got, tt.want)
			}
		})
	}
}
