package chromium

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"testing"
)

// Go opens an address in the tab.
func (p *Tab) Go(t *testing.T, address string) {
	t.Helper()
	p.Call(t, "Page.navigate", map[string]any{"url": address})
}

var errThrown = errors.New("the page threw")

// Eval runs an expression in the page and gives its value as text.
func (p *Tab) Eval(t *testing.T, expression string) (string, error) {
	t.Helper()
	return p.evalIn(t, 0, expression)
}

// evalIn is Eval in one of the page's execution contexts; 0 is its own.
func (p *Tab) evalIn(t *testing.T, contextID int, expression string) (string, error) {
	t.Helper()
	var answer struct {
		Result           struct{ Value any }
		ExceptionDetails json.RawMessage
	}
	question := map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}
	if contextID != 0 {
		question["contextId"] = contextID
	}
	raw, err := p.ask(t, "Runtime.evaluate", question)
	if err != nil {
		return "", err
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return "", err
	}
	if answer.ExceptionDetails != nil {
		return "", fmt.Errorf("%w: %s", errThrown, answer.ExceptionDetails)
	}
	return fmt.Sprint(answer.Result.Value), nil
}

// Does runs something in the page once.
func (p *Tab) Does(t *testing.T, expression string) {
	t.Helper()
	if _, err := p.Eval(t, expression); err != nil {
		t.Fatal(err)
	}
}

// Sees waits until an expression of the page is true.
func (p *Tab) Sees(t *testing.T, expression string) {
	t.Helper()
	// The page may be between two documents: then it throws, and is asked again.
	Until(t, expression, func() bool {
		got, err := p.Eval(t, expression)
		return err == nil && got == "true"
	})
}

// SeesInside waits until an expression is true in the page's first frame.
func (p *Tab) SeesInside(t *testing.T, expression string) {
	t.Helper()
	Until(t, expression, func() bool {
		context, ok := p.frame(t)
		if !ok {
			return false
		}
		got, err := p.evalIn(t, context, expression)
		return err == nil && got == "true"
	})
}

// frame is an execution context of the page's first frame, beside that of its own
// scripts.
func (p *Tab) frame(t *testing.T) (contextID int, ok bool) {
	t.Helper()
	var tree struct {
		FrameTree struct {
			ChildFrames []struct{ Frame struct{ ID string } }
		}
	}
	if err := json.Unmarshal(p.Call(t, "Page.getFrameTree", map[string]any{}), &tree); err != nil {
		t.Fatal(err)
	}
	if len(tree.FrameTree.ChildFrames) == 0 {
		return 0, false
	}
	var world struct{ ExecutionContextID int }
	raw, err := p.ask(t, "Page.createIsolatedWorld", map[string]any{"frameId": tree.FrameTree.ChildFrames[0].Frame.ID})
	if err != nil || json.Unmarshal(raw, &world) != nil {
		return 0, false // the frame went away meanwhile
	}
	return world.ExecutionContextID, true
}

// IsWell fails the test if something went wrong in the page: an error, or
// something that its policy forbids.
func (p *Tab) IsWell(t *testing.T) {
	t.Helper()
	if broken, err := p.Eval(t, `JSON.stringify(broken)`); err != nil || broken != "[]" {
		t.Errorf("the page had trouble: %s, %v", broken, err)
	}
}

// Press presses a key.
func (p *Tab) Press(t *testing.T, key string, code int) {
	t.Helper()
	for _, kind := range []string{"keyDown", "keyUp"} {
		event := map[string]any{"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code}
		if key == "Enter" && kind == "keyDown" {
			event["text"] = "\r"
		}
		p.Call(t, "Input.dispatchKeyEvent", event)
	}
}

// Click presses the mouse in the middle of an element.
func (p *Tab) Click(t *testing.T, selector string) {
	t.Helper()
	var at struct{ X, Y float64 }
	middle, err := p.Eval(t, `(() => { const at = document.querySelector(`+strconv.Quote(selector)+`).getBoundingClientRect(); return JSON.stringify({ x: at.x + at.width / 2, y: at.y + at.height / 2 }); })()`)
	if err == nil {
		err = json.Unmarshal([]byte(middle), &at)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"mousePressed", "mouseReleased"} {
		p.Call(t, "Input.dispatchMouseEvent", map[string]any{"type": kind, "x": at.X, "y": at.Y, "button": "left", "clickCount": 1})
	}
}

// Write types a text where the cursor is.
func (p *Tab) Write(t *testing.T, text string) {
	t.Helper()
	p.Call(t, "Input.insertText", map[string]any{"text": text})
}
