package commands

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/connect"
)

// linkWish is a link's form as it is filled in.
type linkWish struct{ connect.LinkOrder }

// The choices of the form. Finch: products of POST /connect/sessions.
var (
	linkProducts = []string{"company", "directory", "individual", "employment", "payment", "pay_statement", "benefits", "documents", "ssn", "recordkeeping"}
	// usualProducts are those that most applications ask for.
	usualProducts = linkProducts[:6]
	linkMethods   = []string{"assisted", "credential", "oauth", "api_token"}
	linkSandboxes = []string{"finch", "provider"}
	linkLives     = []time.Duration{24 * time.Hour, 7 * 24 * time.Hour, 14 * 24 * time.Hour, 30 * 24 * time.Hour, connect.LinkLife}
)

// anything stands in a menu for no choice: Slack takes no empty value.
const anything = "any"

// maxCustomer is how long Finch lets an id and a name be.
const maxCustomer = 255

// wishOf is the form for a session that there was.
func wishOf(s connect.Session) linkWish {
	w := linkWish{connect.LinkOrder{CustomerID: s.CustomerID, CustomerName: s.CustomerName, Provider: s.ProviderID}}
	if slices.Contains(linkMethods, s.Method) {
		w.Method = s.Method
	}
	return w
}

// view is the form; notice, as mrkdwn, says what to look at first.
func (w linkWish) view(notice string) slack.ModalViewRequest { return w.form(noticed(notice)) }

func noticed(notice string) card.Blocks {
	if notice == "" {
		return nil
	}
	return card.Blocks{card.Text(":information_source: " + notice)}
}

// form has what is to be seen first above its fields.
func (w linkWish) form(first card.Blocks) slack.ModalViewRequest {
	blocks := card.Blocks{card.Text("A link by which an employer connects their payroll system. *Make link* asks Finch for it; only you see it.")}
	blocks = append(blocks, first...)
	blocks = append(blocks, w.whose()...)
	blocks = append(blocks, w.what()...)
	return card.Modal{CallbackID: "perch.link", Title: "New link", Submit: "Make link", Blocks: blocks}.View()
}

func linkField(name, label, hint string, optional bool) card.Field {
	return card.Field{BlockID: name, ActionID: "perch." + name, Label: label, Hint: hint, Optional: optional}
}

func (w linkWish) whose() card.Blocks {
	return card.Blocks{
		card.TextField(linkField("customer", "Customer id", "Your application's id of the customer, as in cust_1042. Finch makes one connection for each.", false), w.CustomerID, maxCustomer),
		card.TextField(linkField("name", "Customer name", "The employer sees it.", false), w.CustomerName, maxCustomer),
		card.TextField(linkField("email", "Customer email", "", true), w.Email, maxCustomer),
	}
}

func (w linkWish) what() card.Blocks {
	products := w.Products
	if len(products) == 0 {
		products = usualProducts
	}
	return card.Blocks{
		card.MultiField(linkField("products", "Products", "What the employer is asked to share.", false), plainChoices(union(slices.Clone(linkProducts), products...)), products),
		card.TextField(linkField("provider", "Provider", "Finch's id of it, as in gusto. Empty: the employer chooses.", true), w.Provider, 100),
		card.SelectField(linkField("method", "Way to sign in", "Can be set beside a provider.", false), append([]card.Choice{{Value: anything, Label: "The employer chooses"}}, methodChoices()...), orAnything(w.Method)),
		card.SelectField(linkField("expires", "Good for", "", false), w.lives(), w.life().String()),
		card.SelectField(linkField("sandbox", "Sandbox", "", false), []card.Choice{
			{Value: anything, Label: "No: a real connection"}, {Value: "finch", Label: "Finch's sandbox"}, {Value: "provider", Label: "The provider's own sandbox"},
		}, orAnything(w.Sandbox)),
		card.TextField(linkField("redirect", "Redirect to", "Where the browser goes afterwards, as registered with Finch. Empty where Finch Connect is embedded.", true), w.Redirect, 1000),
	}
}

func orAnything(value string) string {
	if value == "" {
		return anything
	}
	return value
}

func orNone(value string) string {
	if value == anything {
		return ""
	}
	return value
}

func plainChoices(words []string) []card.Choice {
	var choices []card.Choice
	for _, w := range words {
		choices = append(choices, card.Choice{Value: w, Label: strings.ReplaceAll(w, "_", " ")})
	}
	return choices
}

func methodChoices() []card.Choice {
	var choices []card.Choice
	for _, m := range linkMethods {
		choices = append(choices, card.Choice{Value: m, Label: card.UpperFirst(plainMethod(m))})
	}
	return choices
}

func (w linkWish) life() time.Duration {
	if w.Expires <= 0 {
		return connect.LinkLife
	}
	return w.Expires
}

func (w linkWish) lives() []card.Choice {
	lives := union(slices.Clone(linkLives), w.life())
	slices.Sort(lives)
	var choices []card.Choice
	for _, d := range lives {
		choices = append(choices, card.Choice{Value: d.String(), Label: linkExpiry(d)})
	}
	return choices
}

// readLink is what stands in the form. What is wrong is named beside its field.
func readLink(form bot.Form) (w linkWish, wrong map[string]string) {
	text := func(name string) string { return strings.TrimSpace(form.Text(name)) }
	w.CustomerID, w.CustomerName, w.Email = text("customer"), text("name"), text("email")
	w.Products, w.Provider, w.Redirect = slices.Clone(form["products"]), text("provider"), text("redirect")
	w.Method, w.Sandbox = orNone(text("method")), orNone(text("sandbox"))
	w.Expires, _ = time.ParseDuration(text("expires")) // ours, from the menu
	return w, w.faults()
}

// providerID is how Finch writes the ids of providers.
var providerID = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// address is as much of an email address as can be told by its looks.
var address = regexp.MustCompile(`^[^@\s]+@[^@\s]+$`)

func (w linkWish) faults() map[string]string {
	wrong := map[string]string{}
	check := func(name string, fault bool, sentence string) {
		if fault {
			wrong[name] = sentence
		}
	}
	check("customer", card.Clean(w.CustomerID) == "", "Finch wants an id for the customer.")
	check("name", card.Clean(w.CustomerName) == "", "Finch wants the customer's name.")
	check("email", w.Email != "" && !address.MatchString(w.Email), "This does not look like an address: it has no name@domain.")
	check("products", len(w.Products) == 0, "Choose at least one product.")
	check("provider", w.Provider != "" && !providerID.MatchString(w.Provider), "This is Finch's id of a provider, in letters, digits, _ and -, as in paychex_flex.")
	check("provider", w.Provider == "" && w.Method != "", "A way to sign in can be set only beside a provider.")
	check("redirect", w.Redirect != "" && !strings.HasPrefix(w.Redirect, "https://") && !strings.HasPrefix(w.Redirect, "http://localhost"), "This must be an address that begins with https://.")
	check("expires", w.Expires < 0 || w.Expires > connect.LinkLife, "Finch keeps a link for 90 days at most.")
	return wrong
}

// typedLink is a form as it was typed.
type typedLink struct {
	linkWish
	text string
	// words may mean somebody who is known: all that names no field. They are empty
	// where a field says whom the link is for.
	words string
	// wrong says, as mrkdwn, what could not be read.
	wrong string
}

// parseLink reads what was typed: whom the link is for, and what of the form is
// named. As long as it means nobody who is known, it is a new id, a new name or both.
func parseLink(text string) typedLink {
	w := typedLink{text: card.Clean(text)}
	var all, words, faults []string
	id, inName := "", false
	for _, t := range tokens(w.text) {
		name, value, named := filterOf(t)
		if named {
			faults = union(faults, w.set(name, value))
			continue
		}
		all = append(all, t.text)
		if id == "" && !t.quoted {
			id = t.text
			continue
		}
		words = append(words, t.text)
		inName = inName || !t.quoted
	}
	if w.CustomerID == "" && w.CustomerName == "" {
		w.words = strings.Join(all, " ")
	}
	if inName && !likeAnID.MatchString(id) {
		words, id = append([]string{id}, words...), "" // a name without quotes, and no id
	}
	w.CustomerID = cmp.Or(w.CustomerID, card.Cut(card.Clean(id), maxCustomer))
	w.CustomerName = cmp.Or(w.CustomerName, card.Cut(card.Clean(strings.Join(words, " ")), maxCustomer))
	w.wrong = strings.Join(slices.DeleteFunc(faults, func(f string) bool { return f == "" }), " ")
	return w
}

// likeAnID is what no word of a name looks like.
var likeAnID = regexp.MustCompile(`[0-9_-]`)

// set fills in one field by its name; it says what is wrong with it.
func (w *linkWish) set(name, value string) (fault string) {
	value = card.Clean(value)
	switch name {
	case "customer":
		w.CustomerID = card.Cut(value, maxCustomer)
	case "name":
		w.CustomerName = card.Cut(value, maxCustomer)
	case "email":
		w.Email = card.Cut(value, maxCustomer)
	case "provider":
		w.Provider = card.Cut(value, 100)
	case "redirect":
		w.Redirect = card.Cut(value, 1000)
	case "products":
		return w.setProducts(value)
	case "method":
		return setChoice(&w.Method, name, value, linkMethods)
	case "sandbox":
		return setChoice(&w.Sandbox, name, value, linkSandboxes)
	case "expires":
		return w.setExpires(value)
	default:
		return fmt.Sprintf("There is no field *%s:*. There are `customer:`, `name:`, `email:`, `products:`, `provider:`, `method:`, `expires:`, `sandbox:` and `redirect:`.", card.EscapeCut(name, 40))
	}
	return ""
}

func setChoice(field *string, name, value string, words []string) string {
	if value = strings.ToLower(value); !slices.Contains(words, value) {
		return fmt.Sprintf("*%s:* cannot be \"%s\". It can be %s.", name, card.EscapeCut(value, 40), either(words, ""))
	}
	*field = value
	return ""
}

// productName is how Finch writes products; it may have more than are known here.
var productName = regexp.MustCompile(`^[a-z_]{1,40}$`)

func (w *linkWish) setProducts(value string) string {
	for word := range strings.SplitSeq(strings.ToLower(value), ",") {
		if !productName.MatchString(word) || len(w.Products) >= 50 {
			return fmt.Sprintf("*products:* cannot be \"%s\". It can be %s.", card.EscapeCut(word, 40), either(linkProducts, ""))
		}
		w.Products = union(w.Products, word)
	}
	return ""
}

func (w *linkWish) setExpires(value string) string {
	now := time.Unix(0, 0)
	since, err := moment("expires", value, now)
	d := now.Sub(since)
	if err != nil || ago.FindString(strings.ToLower(value)) == "" || d <= 0 || d > connect.LinkLife {
		return fmt.Sprintf("*expires:* cannot be \"%s\". It can be `24h`, `7d` or `2w`, up to `90d`.", card.EscapeCut(value, 40))
	}
	w.Expires = d
	return ""
}
