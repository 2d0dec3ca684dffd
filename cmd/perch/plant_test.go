package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
)

// canaries are values that look as payroll data does. None may ever be seen: not in
// a message, a view, a file, a log or the database.
var canaries = map[string]string{
	"ssn":     "512-66-7788",
	"number":  "512667788",
	"account": "000987654321",
	"routing": "021000089",
	"birth":   "1987-03-14",
	"token":   "canary9f8e7d6c5b4a39281706f5e4d3c2",
	"email":   "zanzi.canary@example.com",
	"phone":   "(415) 555-0137",
	"name":    "Zanzibarova",
	"street":  "77 Canary Wharf Lane",
	"pay":     "98765432",
}

// planter plants canaries into what Finch answers, once it is told to: into every
// object as fields that nobody knows, nested ones too, in place of what is
// personal, behind what is not, and into error texts.
type planter struct {
	finch    http.Handler
	planting atomic.Bool
}

func (p *planter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !p.planting.Load() {
		p.finch.ServeHTTP(w, r)
		return
	}
	rec := httptest.NewRecorder()
	p.finch.ServeHTTP(rec, r)
	body := rec.Body.Bytes()
	var value any
	numbers := json.NewDecoder(bytes.NewReader(body))
	numbers.UseNumber()
	if len(body) > 0 && numbers.Decode(&value) == nil {
		value = plant("", value, rec.Code >= 400)
		body, _ = json.Marshal(value) // it came from JSON
	}
	maps.Copy(w.Header(), rec.Header())
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(rec.Code)
	_, _ = w.Write(body)
}

// personal fields of Finch, by the canary that takes their place.
var personal = map[string]string{
	"first_name": "name", "last_name": "name", "middle_name": "name", "preferred_name": "name", "legal_name": "name",
	"dob": "birth", "ssn": "ssn", "encrypted_ssn": "ssn", "ein": "number", "account_number": "account",
	"routing_number": "routing", "account_name": "name", "institution_name": "name", "line1": "street", "line2": "street",
	"postal_code": "number", "username": "email", "customer_email": "email", "primary_email": "email",
	"primary_phone_number": "phone", "amount": "pay", "start_date_of_work": "birth", "latest_rehire_date": "birth",
	"class_code": "number", "gender": "name", "ethnicity": "name", "marital_status": "name", "url": "token",
}

// labels are fields that may be shown, in which somebody wrote what may not.
var labels = []string{"title"}

func plant(name string, value any, failed bool) any {
	switch v := value.(type) {
	case map[string]any:
		for k, inner := range v {
			v[k] = plant(k, inner, failed)
		}
		v["zz_unknown"] = canaries["ssn"]
		v["zz_nested"] = map[string]any{
			"deep": []any{map[string]any{"birth": canaries["birth"], canaries["name"]: canaries["account"]}},
			"n":    json.Number(canaries["number"]), "note": everything(),
		}
		v["access_token_of_another"] = canaries["token"]
		return v
	case []any:
		for i := range v {
			v[i] = plant(name, v[i], failed)
		}
		return v
	case nil:
		return nil
	}
	text, isText := value.(string)
	canary, isPersonal := personal[name]
	switch {
	case isPersonal && !isText:
		return json.Number(canaries["number"])
	case isPersonal:
		return canaries[canary]
	case isText && slices.Contains(labels, name), isText && name == "message":
		return fmt.Sprintf("%s (%s, account %s, born %s, mail %s, call %s, token %s)", text,
			canaries["ssn"], canaries["account"], canaries["birth"], canaries["email"], canaries["phone"], canaries["token"])
	}
	return value
}

func everything() string {
	return strings.Join(slices.Collect(maps.Values(canaries)), " ")
}
