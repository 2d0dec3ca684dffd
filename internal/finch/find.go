package finch

import (
	"net/url"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// table is Endpoints, made once for finding.
var table = sync.OnceValue(Endpoints)

// FindEndpoint finds the operation that a method and a path mean, with the ids
// that stand in the path by their parameters' names, unescaped. The path may be a
// template too ("/jobs/automated/{job_id}"), then those ids are not in the map. A
// slash at the end and the method's case do not matter.
//
// What could lead elsewhere is no id: one with a slash of its own, escaped or
// not, or of dots alone. Nothing but a path is a path: no host, no query.
func FindEndpoint(method, path string) (e Endpoint, ids map[string]string, ok bool) {
	asked, rooted := strings.CutPrefix(strings.TrimSuffix(path, "/"), "/")
	if !rooted {
		return Endpoint{}, nil, false
	}
	segments := strings.Split(asked, "/")
	for _, candidate := range table() {
		if !strings.EqualFold(candidate.Method, method) {
			continue
		}
		found, fits := candidate.match(segments)
		if fits && (!ok || candidate.idsInPath() < e.idsInPath()) { // "meta" is a word before it is an id
			e, ids, ok = candidate, found, true
		}
	}
	return e.own(), ids, ok
}

// own is a copy whose parameters and shown fields may be changed.
func (e Endpoint) own() Endpoint {
	e.Params, e.Shown = slices.Clone(e.Params), slices.Clone(e.Shown)
	return e
}

// match lays a path's segments beside the endpoint's own.
func (e Endpoint) match(segments []string) (ids map[string]string, ok bool) {
	own := strings.Split(e.Path[1:], "/")
	if len(own) != len(segments) {
		return nil, false
	}
	ids = map[string]string{}
	for i, name := range own {
		if name == segments[i] {
			continue
		}
		param, isID := braced(name)
		id := idOf(segments[i])
		if !isID || id == "" {
			return nil, false
		}
		ids[param] = id
	}
	return ids, true
}

func (e Endpoint) idsInPath() int { return strings.Count(e.Path, "{") }

// fill puts ids into the endpoint's path, escaped; false if one is missing.
func (e Endpoint) fill(ids map[string]string) (path string, ok bool) {
	segments := strings.Split(e.Path, "/")
	for i, name := range segments {
		param, isID := braced(name)
		if !isID {
			continue
		}
		if ids[param] == "" {
			return "", false
		}
		segments[i] = url.PathEscape(ids[param])
	}
	return strings.Join(segments, "/"), true
}

func braced(segment string) (name string, ok bool) {
	name, ok = strings.CutPrefix(segment, "{")
	if !ok {
		return "", false
	}
	return strings.CutSuffix(name, "}")
}

// idOf is the id that a segment of a path stands for, empty if it is none.
func idOf(segment string) string {
	id, err := url.PathUnescape(segment)
	if err != nil || len(id) > maxWord || !utf8.ValidString(id) || strings.Trim(id, ".") == "" {
		return ""
	}
	if strings.ContainsFunc(id, func(r rune) bool {
		return strings.ContainsRune(`/\%?#{}`, r) || !unicode.IsGraphic(r)
	}) {
		return ""
	}
	return id
}
