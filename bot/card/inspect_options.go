package card

// optionRules is what differs between lists of options.
type optionRules struct {
	most   int
	markup bool // labels may be mrkdwn
	links  bool // an option may open a web page
}

// options checks a plain list of options, and what is chosen at first.
func (n node) options(rules optionRules) {
	values := map[string]bool{}
	for _, o := range n.list("options", n.leastOptions(), rules.most) {
		o.option(rules, values)
	}
	n.initial(rules, values)
}

// leastOptions is one for a menu, and none for the answer to one that asks
// while somebody types: no results.
func (n node) leastOptions() int {
	if n.has("type") {
		return 1
	}
	return 0
}

// choices checks the options of a select menu, in groups or without.
func (n node) choices() {
	if n.has("options") == n.has("option_groups") {
		n.fail("needs either options or option_groups")
		return
	}
	rules := optionRules{most: maxSelectOptions}
	if n.has("options") {
		n.options(rules)
		return
	}
	values := map[string]bool{}
	for _, g := range n.list("option_groups", 1, maxOptionGroups) {
		g.text("label", maxGroupLabel, plainOnly)
		for _, o := range g.list("options", 1, maxSelectOptions) {
			o.option(rules, values)
		}
	}
	n.initial(rules, values)
}

func (n node) option(rules optionRules, values map[string]bool) {
	kind := plainOnly
	if rules.markup {
		kind = anyText
	}
	n.text("text", maxOptionText, kind)
	n.optionalText("description", maxOptionText, kind)
	n.required("value", maxOptionValue)
	if n.has("url") && !rules.links {
		n.child("url").fail("stands in an overflow menu only")
	}
	n.address("url")
	value := n.string("value")
	if values[value] {
		n.child("value").fail("%q stands twice", value)
	}
	values[value] = true
}

// initial checks what is chosen at first: it must be among the options, where
// these are known.
func (n node) initial(rules optionRules, known map[string]bool) {
	chosen := n.list("initial_options", 0, maxSelectOptions)
	if n.has("initial_option") {
		chosen = append(chosen, n.child("initial_option"))
	}
	for _, o := range chosen {
		o.option(rules, map[string]bool{})
		if known != nil && !known[o.string("value")] {
			o.fail("is not among the options")
		}
	}
}
