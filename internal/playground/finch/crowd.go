package finch

import "fmt"

// The words that make up the crowd's names. None is part of a name of the
// cast, so that looking for one of the cast finds it alone.
var (
	firstWords = []string{
		"Amber", "Birch", "Cedar", "Crescent", "Crimson", "Dogwood", "Eastgate", "Ember", "Evergreen", "Fairview",
		"Foxglove", "Golden", "Greenway", "Hazel", "Heritage", "Highland", "Indigo", "Ironwood", "Ivory", "Jasper",
		"Kingsley", "Larkspur", "Laurel", "Linden", "Magnolia", "Maple", "Meadow", "Midtown", "Mosaic", "Nutmeg",
		"Onyx", "Opal", "Orchid", "Paramount", "Pebble", "Pinecrest", "Poppy", "Quarry", "Quill", "Rosewood",
		"Rustic", "Sage", "Sandstone", "Sequoia", "Sparrow", "Sterling", "Sycamore", "Thistle", "Timber", "Topaz",
		"Umber", "Union", "Valley", "Velvet", "Violet", "Walnut", "Westbrook", "Whitestone", "Willow", "Zephyr",
	}
	secondWords = []string{
		"Bay", "Bluff", "Bridge", "Brook", "Canyon", "Cove", "Creek", "Crossing", "Falls", "Field", "Forge", "Garden",
		"Gate", "Glen", "Grove", "Heights", "Hollow", "Island", "Junction", "Landing", "Ledge", "Meadows", "Park", "Path",
		"Peak", "Point", "Pond", "Square", "Terrace", "Trail",
	}
	trades = []string{
		"Accounting", "Analytics", "Apparel", "Architects", "Auto Body", "Catering", "Childcare", "Construction",
		"Electric", "Farms", "Fitness", "Foods", "Freight", "Furniture", "Health", "Hotels", "Insurance", "Interiors",
		"Labs", "Landscaping", "Manufacturing", "Media", "Optical", "Partners", "Pediatrics", "Pharmacy", "Physical Therapy",
		"Printing", "Security", "Software", "Solar", "Studios", "Supply", "Textiles", "Travel", "Wellness",
	}
)

// crowdName is the n-th name of the crowd: all differ until 64,800 of them.
func (w *world) crowdName(n int) string {
	total := len(firstWords) * len(secondWords) * len(trades)
	if w.stride == 0 {
		dice := w.seed.dice("crowd")
		w.stride, w.start = strideOver(total), dice.IntN(total)
	}
	i := (w.start + n*w.stride) % total
	name := fmt.Sprintf("%s %s %s", firstWords[i%len(firstWords)],
		secondWords[i/len(firstWords)%len(secondWords)], trades[i/len(firstWords)/len(secondWords)])
	if n >= total {
		name += fmt.Sprintf(" %d", n/total+1)
	}
	return name
}

// strideOver is a step that visits every number below total before it
// repeats one, and looks unordered while it does.
func strideOver(total int) int {
	step := total*566/1000 + 1
	for divisor(step, total) != 1 {
		step++
	}
	return step
}

func divisor(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// crowdMember is one of the many: mostly well, and in a large world one in
// twenty or so is not.
func (w *world) crowdMember(n int) character {
	dice := w.seed.dice("member", n)
	p := providers[n%len(providers)]
	m := character{name: w.crowdName(n), provider: p.id, method: pick(dice, p.methods)}
	switch roll := dice.IntN(200); {
	case roll < 4:
		m.status, m.ago = reauth, 1+dice.IntN(20)
	case roll < 6:
		m.outcome, m.ago = failed, 1+dice.IntN(3)
	case roll < 8 && m.method == assisted:
		m.status, m.fresh = pending, true
	case roll < 10 && m.method == assisted:
		m.status, m.ago = noPermissions, 1+dice.IntN(5)
	case roll < 20:
		m.env = development
	case roll < 32:
		m.entities = []string{m.name + " East LLC", m.name + " West LLC"}
	case roll < 44 && p.deductions && m.method != assisted:
		m.deductions = connected
	}
	return m
}
