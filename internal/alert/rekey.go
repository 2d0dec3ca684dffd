package alert

import "slices"

// rekey gives open problems that nothing speaks of any more the key of a finding
// that is the same trouble by another name: a status that comes to be told of an
// entity and not of the whole, or the other way round, and jobs whose entity or
// type becomes known. So it stays one problem on one card.
func (a *advance) rekey() {
	for _, f := range a.found {
		if f.Word != Wrong || a.holds(f.Key) || a.dismissed(f) {
			continue
		}
		i := slices.IndexFunc(a.open, func(p Problem) bool { return !a.spoken(p.Key) && sameTrouble(p, f) })
		if i >= 0 {
			a.before[f.Key] = a.open[i]
			a.open[i].Key = f.Key
		}
	}
}

// holds reports whether a problem with the key is open.
func (a *advance) holds(k Key) bool {
	return slices.ContainsFunc(a.open, func(p Problem) bool { return p.Key == k })
}

// spoken reports whether a finding keeps the problem of a key open.
func (a *advance) spoken(k Key) bool {
	return slices.ContainsFunc(a.found, func(f Finding) bool { return f.Key == k && (f.Word == Wrong || f.Word == Unsure) })
}

// sameTrouble reports whether a problem and a finding of another key are one.
func sameTrouble(p Problem, f Finding) bool {
	if p.Key.Kind != f.Key.Kind || p.Key.ConnectionID != f.Key.ConnectionID {
		return false
	}
	one := p.Key.whole() || f.Key.whole()
	shared := slices.ContainsFunc(f.Jobs, func(id string) bool { return slices.Contains(p.Jobs, id) })
	switch {
	case f.Key.Kind.byStatus():
		return one
	case f.Key.Kind == Stuck && f.Facts.Job.ID == "" && p.Facts.Job.ID == "":
		return one && f.Facts.Status == p.Facts.Status
	default:
		return shared
	}
}

// absorbed reports whether a part's trouble is the whole's now.
func (a *advance) absorbed(p Problem) bool {
	return p.Key.Kind.byStatus() && !p.Key.whole() && slices.ContainsFunc(a.found, func(f Finding) bool {
		return f.Word == Wrong && f.Key == Key{Kind: p.Key.Kind, ConnectionID: p.Key.ConnectionID}
	})
}
