package connect

import (
	"slices"
	"testing"
)

func TestStagesHaveNames(t *testing.T) {
	t.Parallel()
	for _, s := range slices.Concat(Stages(), AssistedStages()) {
		if !s.Known() || s.Name() == string(s) || s.Name() == "" {
			t.Errorf("%s is called %q", s, s.Name())
		}
	}
	if s := Stage("Survey"); s.Known() || s.Name() != "Survey" {
		t.Errorf("a stage that nobody knows is called %q", s.Name())
	}
}

func TestWhatNobodyEnteredIsSkipped(t *testing.T) {
	t.Parallel()
	p := Read(Session{}, script(t, "host 0s +authentication", "host 1m +entity_selection"), Limits{}, day)
	var skipped []Stage
	for _, s := range p.Stages {
		if s.Skipped() {
			skipped = append(skipped, s.Stage)
		}
	}
	if !slices.Equal(skipped, []Stage{TermsOfService, ProviderSelection, AuthMethod, MFA}) {
		t.Errorf("skipped %v", skipped)
	}
}
