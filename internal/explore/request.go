package explore

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"perch/internal/finch"
)

// batch is the field of a body that holds a batch's entries.
const batch = "requests"

// Request is the question as it is sent. It fails where Check finds a fault, with
// the first one's sentence, which holds no value.
func (q Query) Request() (finch.Request, error) {
	if faults := q.Check(); len(faults) > 0 {
		return finch.Request{}, fmt.Errorf("fill in %s: %s", q.Endpoint.Name(), faults[0].Sentence)
	}
	body, err := q.body()
	if err != nil {
		return finch.Request{}, fmt.Errorf("fill in the body of %s: %w", q.Endpoint.Name(), err)
	}
	return finch.Request{Method: q.Endpoint.Method, Path: q.path(), Query: q.query(), Body: body}, nil
}

func (q Query) path() string {
	path := q.Endpoint.Path
	for _, p := range q.Endpoint.Params {
		if p.In == finch.InPath {
			path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(q.said(p.Name)[0]))
		}
	}
	return path
}

// query: Finch takes arrays in brackets, "entity_ids[]=…", but for those few that
// go with commas.
func (q Query) query() url.Values {
	query := url.Values{}
	for _, p := range q.Endpoint.Params {
		values := q.said(p.Name)
		switch {
		case p.In != finch.InQuery || len(values) == 0:
		case p.List && p.CSV:
			query.Set(p.Name, strings.Join(values, ","))
		case p.List:
			query[p.Name+"[]"] = values
		default:
			query.Set(p.Name, values[0])
		}
	}
	return query
}

// body is JSON, nil where the endpoint takes none. One that takes fields and got
// none of them gets an empty object.
func (q Query) body() ([]byte, error) {
	if whole := q.said(finch.Root); len(whole) > 0 {
		return encoded(json.RawMessage(whole[0]))
	}
	fields := map[string]any{}
	takesFields := false
	for _, p := range q.Endpoint.Params {
		if !inBody(p) || p.Name == finch.Root {
			continue
		}
		takesFields = true
		if values := q.said(p.Name); p.In == finch.InRequest && len(values) > 0 {
			put(fields, strings.Split(p.Name, "."), typed(p, values))
		}
	}
	if entries := q.entries(); len(entries) > 0 {
		fields[batch] = entries
	}
	if !takesFields {
		return nil, nil
	}
	return encoded(fields)
}

// entries are those of a batch: one for each value of a list, and what has one
// value in all of them.
func (q Query) entries() []map[string]any {
	var entries []map[string]any
	for _, p := range q.Endpoint.Params {
		if p.In != finch.InItems || !p.List {
			continue
		}
		for i, v := range q.said(p.Name) {
			if i == len(entries) {
				entries = append(entries, map[string]any{})
			}
			entries[i][p.Name] = typedOne(p, v)
		}
	}
	for _, p := range q.Endpoint.Params {
		if values := q.said(p.Name); p.In == finch.InItems && !p.List && len(values) > 0 {
			if len(entries) == 0 {
				entries = append(entries, map[string]any{})
			}
			for _, entry := range entries {
				entry[p.Name] = typedOne(p, values[0])
			}
		}
	}
	return entries
}

// put sets what stands at the end of a path of objects.
func put(object map[string]any, path []string, value any) {
	for _, name := range path[:len(path)-1] {
		inner, ok := object[name].(map[string]any)
		if !ok {
			inner = map[string]any{}
			object[name] = inner
		}
		object = inner
	}
	object[path[len(path)-1]] = value
}

// typed is what is said as JSON has it. A list of JSON may be given as one.
func typed(p finch.Param, values []string) any {
	if !p.List || p.Type == finch.TypeJSON && len(values) == 1 && strings.HasPrefix(strings.TrimSpace(values[0]), "[") {
		return typedOne(p, values[0])
	}
	list := make([]any, 0, len(values))
	for _, v := range values {
		list = append(list, typedOne(p, v))
	}
	return list
}

func typedOne(p finch.Param, v string) any {
	switch p.Type {
	case finch.TypeInteger:
		n, err := strconv.Atoi(v)
		if err != nil {
			return v // Check lets none through.
		}
		return n
	case finch.TypeBoolean:
		return v == "true"
	case finch.TypeJSON:
		return json.RawMessage(v)
	default:
		return v
	}
}

// encoded is compact JSON in which <, > and & stay as people wrote them.
func encoded(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}
