package playground

import (
	"io/fs"
	"os"
	"os/exec"
	"path"
	"regexp"
	"strings"
	"testing"
)

func eachAsset(t *testing.T, look func(name, text string)) {
	t.Helper()
	entries, err := fs.ReadDir(page(), ".")
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) < 5 {
		t.Fatalf("only %d files are embedded", len(entries))
	}
	for _, e := range entries {
		text, err := fs.ReadFile(page(), e.Name())
		if err != nil {
			t.Fatal(err)
		}
		look(e.Name(), string(text))
	}
}

func TestEveryAssetIsEmbedded(t *testing.T) {
	t.Parallel()
	onDisk, err := os.ReadDir("page")
	if err != nil {
		t.Fatal(err)
	}
	embedded := map[string]bool{}
	eachAsset(t, func(name, _ string) { embedded[name] = true })
	for _, e := range onDisk {
		if e.Name() != "package.json" && !embedded[e.Name()] {
			t.Errorf("page/%s is not embedded", e.Name())
		}
	}
}

// namespace is the one address that is a name and not a place.
const namespace = "http://www.w3.org/2000/svg"

func TestAssetsFetchNothingFromOutside(t *testing.T) {
	t.Parallel()
	outside := regexp.MustCompile(`(?i:(?:https?:|wss?:)?//[a-z0-9-]+\.[a-z]{2,})|\burl\(`)
	eachAsset(t, func(name, text string) {
		if found := outside.FindString(strings.ReplaceAll(text, namespace, "")); found != "" {
			t.Errorf("%s names an address: %s", name, found)
		}
	})
}

func TestTextNeverBecomesMarkup(t *testing.T) {
	t.Parallel()
	sink := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|setHTMLUnsafe|DOMParser|createContextualFragment|srcdoc|\beval\(|new Function|setAttribute\("(?:style|on)|javascript:`)
	inline := regexp.MustCompile(`(?i)\son[a-z]+\s*=\s*"|\sstyle\s*=\s*"|<script(?:\s+type="module")?>`)
	eachAsset(t, func(name, text string) {
		if found := sink.FindString(text); found != "" {
			t.Errorf("%s uses %s", name, found)
		}
		if found := inline.FindString(text); path.Ext(name) == ".html" && found != "" {
			t.Errorf("%s has something the policy forbids: %s", name, found)
		}
	})
}

func TestEveryImportIsThere(t *testing.T) {
	t.Parallel()
	imports := regexp.MustCompile(`(?:from|src=|href=)\s*"(?:\./)?([a-z]+\.(?:js|css|svg))"`)
	eachAsset(t, func(name, text string) {
		for _, m := range imports.FindAllStringSubmatch(text, -1) {
			if _, err := fs.Stat(page(), m[1]); err != nil {
				t.Errorf("%s wants %s: %v", name, m[1], err)
			}
		}
	})
}

// TestPageText runs the pure modules' own tests.
func TestPageText(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed")
	}
	out, err := exec.CommandContext(t.Context(), node, "--test", "testdata/text.test.mjs").CombinedOutput()
	if err != nil {
		t.Errorf("node --test: %v\n%s", err, out)
	}
}
