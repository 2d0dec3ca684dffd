package finch

import "encoding/json"

// Changes of sandbox data are the employer's: Finch's data endpoints show
// them after the next sync.

func sandboxCompany(c *call) answer {
	draft, refusal, fine := c.sandboxDraft()
	if !fine {
		return refusal
	}
	id := draft.Company.ID
	if !c.decode(&draft.Company) {
		return invalid("The body is not valid")
	}
	draft.Company.ID = id
	return ok(draft.Company)
}

func (c *call) sandboxDraft() (draft *ledger, refusal answer, fine bool) {
	if refusal, refused := c.notSandbox(); refused {
		return nil, refusal, false
	}
	live := c.owner.live()
	if len(live) == 0 {
		return nil, notFound("item_not_found", "All entities are disconnected"), false
	}
	return c.server.world.draft(c.owner, live[0]), answer{}, true
}

func sandboxDirectory(c *call) answer {
	draft, refusal, fine := c.sandboxDraft()
	if !fine {
		return refusal
	}
	var want []json.RawMessage
	if !c.decode(&want) {
		return invalid("The body must be a list")
	}
	made := []person{}
	for _, one := range want {
		var p person
		if json.Unmarshal(one, &p.Individual) != nil || json.Unmarshal(one, &p.Employment) != nil {
			return invalid("The body has an individual that is not valid")
		}
		p.Individual.ID = c.server.world.seed.id("individual", c.owner.id, c.server.world.next())
		p.Employment.ID = p.Individual.ID
		if p.Employment.IsActive == nil {
			p.Employment.IsActive = new(true)
		}
		made = append(made, p)
	}
	draft.People = append(draft.People, made...)
	shown := []map[string]any{}
	for _, p := range made {
		shown = append(shown, p.both())
	}
	return ok(shown)
}

// both is a person as the sandbox shows one: all fields in one object.
func (p person) both() map[string]any {
	all := map[string]any{}
	for _, part := range []any{p.Individual, p.Employment} {
		if text, err := json.Marshal(part); err == nil {
			_ = json.Unmarshal(text, &all)
		}
	}
	return all
}

func sandboxIndividual(c *call) answer {
	return c.sandboxPerson(func(p *person) any { return &p.Individual })
}

func sandboxEmployment(c *call) answer {
	return c.sandboxPerson(func(p *person) any { return &p.Employment })
}

// sandboxPerson changes a part of a person; the name belongs to both parts.
func (c *call) sandboxPerson(part func(*person) any) answer {
	draft, refusal, fine := c.sandboxDraft()
	if !fine {
		return refusal
	}
	p := draft.person(c.request.PathValue("individual_id"))
	if p == nil {
		return notFound("individual_not_found", "No such individual")
	}
	id := p.Individual.ID
	if !c.decode(part(p)) {
		return invalid("The body is not valid")
	}
	p.Individual.ID, p.Employment.ID = id, id
	switch changed := part(p).(type) {
	case *individual:
		p.Employment.FirstName, p.Employment.MiddleName, p.Employment.LastName = changed.FirstName, changed.MiddleName, changed.LastName
	case *employment:
		p.Individual.FirstName, p.Individual.MiddleName, p.Individual.LastName = changed.FirstName, changed.MiddleName, changed.LastName
	}
	return ok(part(p))
}
