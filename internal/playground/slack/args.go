package slack

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

const (
	maxBody   = 4 << 20
	maxMemory = 1 << 20
)

// args are a call's arguments, wherever the client put them.
type args struct {
	values  object
	problem string // the error of a body that cannot be read
	formed  bool   // values came from a form, so a token among them counts
}

// jsonFields are arguments that hold JSON, sent as a string inside a form.
func isJSONField(name string) bool {
	switch name {
	case "blocks", "attachments", "metadata", "view", "unfurls", "message", "files":
		return true
	}
	return false
}

// readArgs takes form, multipart and JSON bodies, and the query.
func readArgs(r *http.Request) args {
	a := args{values: object{}, formed: true}
	a.addForm(r.URL.Query())
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/json":
		a.readJSON(r)
	case "multipart/form-data":
		if err := r.ParseMultipartForm(maxMemory); err != nil {
			a.problem = "invalid_form_data"
			return a
		}
		a.addForm(r.MultipartForm.Value)
	case "application/x-www-form-urlencoded":
		if err := r.ParseForm(); err != nil {
			a.problem = "invalid_form_data"
			return a
		}
		a.addForm(r.PostForm)
	}
	a.decodeJSONFields()
	return a
}

func (a *args) addForm(form url.Values) {
	for name, values := range form {
		if len(values) > 0 {
			a.values[name] = values[0]
		}
	}
}

func (a *args) readJSON(r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil || len(body) == 0 {
		return
	}
	var fields object
	if err := json.Unmarshal(body, &fields); err != nil {
		a.problem = "invalid_json"
		return
	}
	if len(a.values) == 0 {
		a.formed = false
	}
	for name, value := range fields {
		if name != "token" { // Slack: with a JSON body the token goes in the header
			a.values[name] = value
		}
	}
}

func (a *args) decodeJSONFields() {
	for name, value := range a.values {
		text, ok := value.(string)
		if !ok || !isJSONField(name) {
			continue
		}
		var decoded any
		if err := json.Unmarshal([]byte(text), &decoded); err == nil {
			a.values[name] = decoded
			continue
		}
		if text == "" {
			delete(a.values, name)
		}
	}
}

func (a *args) takeToken() string {
	token := a.str("token")
	delete(a.values, "token")
	if !a.formed {
		return ""
	}
	return token
}

func (a *args) str(name string) string {
	switch v := a.values[name].(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

func (a *args) has(name string) bool {
	v, ok := a.values[name]
	return ok && v != nil
}

func (a *args) flag(name string) bool {
	switch strings.ToLower(a.str(name)) {
	case "1", "true":
		return true
	}
	return false
}

// count reads a number between 1 and most, or the fallback.
func (a *args) count(name string, fallback, most int) int {
	n, err := strconv.Atoi(a.str(name))
	if err != nil || n < 1 {
		return fallback
	}
	return min(n, most)
}
