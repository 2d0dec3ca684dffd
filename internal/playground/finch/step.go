package finch

// What an employer may do on a Connect page.
const (
	Open  = "open"
	Next  = "next"
	Back  = "back"
	Leave = "leave"
)

// Step is what an employer does on a session's Connect page. What is entered is
// looked at only in the stage that asks for it.
type Step struct {
	SessionID string
	// Act is Open, Next, Back or Leave.
	Act string
	// Visit is the Screen's: a page that was left open elsewhere steps no more. Zero
	// is whichever is the newest.
	Visit int
	// State goes along with a redirect.
	State string

	Provider, Method   string
	Username, Password string
	Token, Code        string
	Companies          []string
}

// Choice is one of several.
type Choice struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Screen is what an employer sees.
type Screen struct {
	// Fault is why the link opens nothing; the rest is empty then.
	Fault string `json:"fault,omitempty"`
	Visit int    `json:"visit"`
	// Stage is empty for an employer who has left.
	Stage string `json:"stage"`
	// Error is what went wrong with the last step, in the employer's words.
	Error string `json:"error,omitempty"`
	// First: nothing is before it to go back to.
	First    bool   `json:"first"`
	Provider Choice `json:"provider"`
	Method   string `json:"method"`
	// Providers, Methods and Companies are there where they are to be chosen.
	Providers []Choice  `json:"providers,omitempty"`
	Methods   []string  `json:"methods,omitempty"`
	Companies []Company `json:"companies,omitempty"`
	// Code and Redirect are what success gives.
	Code     string `json:"code,omitempty"`
	Redirect string `json:"redirect,omitempty"`
}

// Step does what an employer does, and returns what they see then.
func (s *Server) Step(step Step) Screen {
	defer s.tellWalks()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	n := s.world.sessions[step.SessionID]
	if fault := s.linkFault(n); fault != "" {
		return Screen{Fault: fault}
	}
	if step.Act == Open {
		s.enterAnew(n)
		return s.screen(n)
	}
	stale := step.Visit != 0 && step.Visit != n.visit.number
	if stale || n.stage == "" {
		return s.screen(n)
	}
	return s.take(n, step)
}

// linkFault is why a link opens nothing; empty if it does.
func (s *Server) linkFault(n *session) string {
	switch {
	case n == nil:
		return "This link is not valid."
	case n.done:
		return "This link was used already."
	case !s.clock.now().Before(n.expires):
		return "This link has expired."
	case n.reconnects != nil && n.reconnects.ended():
		return "This connection has ended."
	}
	return ""
}

// enterAnew is an employer who opens the link: Connect begins at the start each
// time.
func (s *Server) enterAnew(n *session) {
	s.exit(n)
	n.visit = visit{number: n.visit.number + 1}
	s.walk(n, Opened, "")
	s.enter(n, termsOfService)
}

func (s *Server) enter(n *session, stage string) {
	n.stage = stage
	s.walk(n, Entered, "")
}

// exit is an employer who leaves, if one is there.
func (s *Server) exit(n *session) {
	if n.stage != "" {
		s.walk(n, Exited, "")
		n.stage = ""
	}
}

func (s *Server) take(n *session, step Step) Screen {
	switch step.Act {
	case Leave:
		s.exit(n)
	case Back:
		s.goBack(n)
	case Next:
		return s.goOn(n, step)
	}
	return s.screen(n)
}

// goBack returns to the stage before; at the first one stays there.
func (s *Server) goBack(n *session) {
	last := len(n.path) - 1
	if last < 0 {
		return
	}
	before := n.path[last]
	n.path = n.path[:last]
	s.enter(n, before)
}

func (s *Server) goOn(n *session, step Step) Screen {
	if fault := s.try(n, step); fault != "" {
		s.walk(n, Erred, fault)
		seen := s.screen(n)
		seen.Error = fault
		return seen
	}
	n.path = append(n.path, n.stage)
	following := n.next()
	if following != succeeded {
		s.enter(n, following)
		return s.screen(n)
	}
	seen := s.screen(n)
	seen.Code = s.finishSession(n, "")
	seen.Stage, seen.Redirect = n.stage, n.back(seen.Code, step.State)
	return seen
}

// back is where the redirect flow goes with a code; empty without a redirect.
func (n *session) back(code, state string) string {
	if n.redirect == "" {
		return ""
	}
	return withCode(n.redirect, code, state)
}

func (s *Server) screen(n *session) Screen {
	p, _ := providerOf(n.provider())
	seen := Screen{
		Visit: n.visit.number, Stage: n.stage, First: len(n.path) == 0, Provider: Choice{p.id, p.name}, Method: n.method(),
	}
	switch n.stage {
	case providerSelection:
		for _, p := range n.providers() {
			seen.Providers = append(seen.Providers, Choice{p.id, p.name})
		}
	case authMethod:
		seen.Methods = n.methods(p)
	case entitySelection:
		seen.Companies = s.companies(n)
	}
	return seen
}
