package explore

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"perch/internal/finch"
)

// methods are those of Finch's operations. Where a path has several and none was
// named, the first is meant if it reads.
var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete}

// address is a path with the host in front, as it is copied from documentation
// or a log: any host with its scheme, Finch's own without.
var address = regexp.MustCompile(`(?i)^(?:https?://[^/?#]*|(?:[a-z0-9-]+\.)*tryfinch\.com)([/?#].*)?$`)

func methodOf(w word) (string, bool) {
	method := strings.ToUpper(w.value())
	return method, w.plain() && (slices.Contains(methods, method) || method == http.MethodPatch)
}

// findPath is where the path stands among the words, and where its method or,
// without one, the path itself; -1 for no path.
func findPath(words []word) (begin, path int) {
	for i, w := range words {
		after := false
		if i > 0 {
			_, after = methodOf(words[i-1])
		}
		begin = i
		if after {
			begin--
		}
		typed := w.value()
		if w.plain() && (strings.HasPrefix(typed, "/") || address.MatchString(typed) || after && strings.Contains(typed, "/")) {
			return begin, i
		}
	}
	return -1, -1
}

// splitPath takes a typed path or address apart. Of an address only path and
// query count, whatever its host.
func splitPath(typed string) (path string, said []word) {
	if m := address.FindStringSubmatch(typed); m != nil {
		typed = m[1]
	}
	typed, _, _ = strings.Cut(typed, "#")
	path, query, _ := strings.Cut(typed, "?")
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if name == "" {
			continue
		}
		w := word{name: unescaped(name)}
		for part := range strings.SplitSeq(value, ",") {
			w.parts = append(w.parts, unescaped(part))
		}
		said = append(said, w)
	}
	return "/" + strings.Trim(path, "/"), said
}

func unescaped(part string) string {
	if plain, err := url.QueryUnescape(part); err == nil {
		return strings.ToValidUTF8(plain, "\ufffd")
	}
	return part
}

// choose finds the operation of a path, with the ids in it. Without a method it
// is the path's only one, or the one that gets. wrong says why there is none.
func choose(method, path string) (e finch.Endpoint, ids map[string]string, wrong string) {
	var found []finch.Endpoint
	for _, m := range methods {
		if method != "" && method != m {
			continue
		}
		if e, in, ok := finch.FindEndpoint(m, path); ok {
			found = append(found, e)
			if len(found) == 1 {
				ids = in
			}
		}
	}
	switch {
	case len(found) == 0:
		return finch.Endpoint{}, nil, "Finch has no such operation. " + nearest(finch.Endpoints(), method, path)
	case len(found) > 1 && found[0].Method != http.MethodGet:
		return finch.Endpoint{}, nil, "There is more than one operation at this path. Write " + either(names(found)) + "."
	}
	return found[0], ids, ""
}

const (
	// longestPath is in bytes: what is longer is near to nothing.
	longestPath = 200
	// mostNear is how many operations are named at most.
	mostNear = 3
)

// nearest says which operations may have been meant.
func nearest(all []finch.Endpoint, method, path string) string {
	near := map[string]int{}
	for _, e := range all {
		if len(path) > longestPath {
			break
		}
		distance := levenshtein.ComputeDistance(path, filledLike(e.Path, path))
		if method != "" && method != e.Method {
			distance++
		}
		// With more than a third of the letters wrong it is another word.
		if distance <= len(path)/3 {
			near[e.Name()] = distance
		}
	}
	if len(near) == 0 {
		return "Leave the path out to choose from all of them."
	}
	names := slices.SortedFunc(maps.Keys(near), func(a, b string) int {
		return cmp.Or(cmp.Compare(near[a], near[b]), cmp.Compare(a, b))
	})
	farthest := 2*near[names[0]] + 1
	names = slices.DeleteFunc(names, func(name string) bool { return near[name] > farthest })
	return "Nearest: " + either(names[:min(mostNear, len(names))]) + "."
}

// filledLike is a template with what stands in a typed path in place of its ids,
// so that an id of any length is near to its place.
func filledLike(template, path string) string {
	want, typed := strings.Split(template, "/"), strings.Split(path, "/")
	for i, segment := range want {
		if strings.HasPrefix(segment, "{") && i < len(typed) {
			want[i] = typed[i]
		}
	}
	return strings.Join(want, "/")
}

func names(endpoints []finch.Endpoint) []string {
	var names []string
	for _, e := range endpoints {
		names = append(names, e.Name())
	}
	return names
}

// either lists words of ours: "a, b or c".
func either(words []string) string { return listed(words, "or") }

func listed(words []string, last string) string {
	n := len(words) - 1
	if n < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:n], ", ") + " " + last + " " + words[n]
}
