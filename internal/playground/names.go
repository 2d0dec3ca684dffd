package playground

import (
	"fmt"
	"math/rand/v2"
	"sync"
)

// The words that make up the names of employers who are about to connect. No
// first word is one of the local Finch's customers', so that looking for one of
// those finds it alone.
var (
	employerWords = []string{
		"Wren", "Kingfisher", "Plover", "Starling", "Heron", "Avocet", "Bunting", "Curlew", "Dunlin", "Egret",
		"Fieldfare", "Grebe", "Hobby", "Jackdaw", "Kittiwake", "Linnet", "Martin", "Nuthatch", "Osprey", "Pipit",
		"Redstart", "Shrike", "Tanager", "Vireo", "Waxwing", "Whimbrel", "Yellowhammer", "Sandpiper", "Nightjar", "Merlin",
	}
	employerTrades = []string{
		"Patisserie", "Taproom", "Cabinets", "Cycles", "Orthodontics", "Design", "Family Law", "Gardens", "Removals", "Machine Shop",
		"Nursery School", "Outfitters", "Painting", "Realty", "Tea House", "Staffing", "Tax Advisers", "Animal Hospital", "Winery", "Yoga",
	}
)

// customers are the employers who were never seen before, one after the other.
type customers struct {
	order []int
	first int

	mu   sync.Mutex
	made int
}

func newCustomers(seed, run uint64) *customers {
	dice := rand.New(rand.NewPCG(seed, run))
	return &customers{order: dice.Perm(len(employerWords) * len(employerTrades)), first: 2000 + int(run%1e9)*1000}
}

// next is somebody new.
func (c *customers) next() (id, name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, i := c.made, c.order[c.made%len(c.order)]
	c.made++
	name = employerWords[i%len(employerWords)] + " " + employerTrades[i/len(employerWords)]
	if again := n / len(c.order); again > 0 {
		name += fmt.Sprintf(" %d", again+1)
	}
	return fmt.Sprintf("cust_%d", c.first+n), name
}
