package finch

// What is kept of an answer at most: characters of a name and of an id or any
// other word, and entries of a list. Finch names no limits; what it sends stays
// far below these.
const (
	maxName = 300
	maxWord = 255
	maxList = 1000
)

// bounded is the introspection cut to what is kept, with the token cut out of
// what Finch says to people.
func (in Introspection) bounded(token Token) Introspection {
	for _, word := range []*string{&in.TokenID, &in.ClientType, &in.ConnectionType, &in.CompanyID, &in.CustomerID, &in.ProviderID} {
		*word = cut(*word, maxWord)
	}
	in.CustomerName = cut(in.CustomerName, maxName)
	in.ConnectionStatus = in.ConnectionStatus.bounded(token)
	in.Products = boundedWords(in.Products)
	in.Methods, in.Entities = boundedList(in.Methods), boundedList(in.Entities)
	for i, m := range in.Methods {
		in.Methods[i] = Method{Type: cut(m.Type, maxWord), Report: m.Report.bounded(token), Products: boundedWords(m.Products)}
	}
	for i, e := range in.Entities {
		in.Entities[i] = Entity{
			ID: cut(e.ID, maxWord), Name: cut(e.Name, maxName), SourceID: cut(e.SourceID, maxWord), Status: e.Status.bounded(),
		}
	}
	return in
}

func (r StatusReport) bounded(token Token) StatusReport {
	r.Status, r.Message, r.LastSync.Raw = r.Status.bounded(), oneLine(r.Message, token), cut(r.LastSync.Raw, maxWord)
	return r
}

func (s Status) bounded() Status { return Status(cut(string(s), maxWord)) }

func (p Provider) bounded() Provider {
	return Provider{ID: cut(p.ID, maxWord), DisplayName: cut(p.DisplayName, maxName), Products: boundedWords(p.Products)}
}

func boundedWords(words []string) []string {
	words = boundedList(words)
	for i, w := range words {
		words[i] = cut(w, maxWord)
	}
	return words
}

func boundedList[T any](list []T) []T { return list[:min(len(list), maxList)] }
