package finch_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"perch/internal/finch"
	local "perch/internal/playground/finch"
)

// A vector that any HMAC tool confirms, at the time 1790000000.
const (
	vectorSecret    = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
	vectorID        = "msg_test_0001"
	vectorTime      = "1790000000"
	vectorBody      = `{"company_id":"c","account_id":"a","connection_id":"n","entity_id":null,"event_type":"account.updated","data":{"status":"reauth","authentication_method":"credential"}}`
	vectorSignature = "v1,AEOCOQdvuoafJzm+hEpVpcx4yWLiD7t8mLA4vveutiA="
)

var vectorNow = time.Unix(1790000000, 0)

func secrets(t testing.TB, s string) finch.Secrets {
	t.Helper()
	parsed, err := finch.ParseSecrets(s)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// headers are the vector's, with these signatures.
func headers(signatures ...string) http.Header {
	return http.Header{"Finch-Event-Id": {vectorID}, "Finch-Timestamp": {vectorTime}, "Finch-Signature": signatures}
}

// with are the vector's headers, one of them changed, or taken away.
func with(name, value string) http.Header {
	h := headers(vectorSignature)
	h.Set(name, value)
	if value == "" {
		h.Del(name)
	}
	return h
}

func TestVerify(t *testing.T) {
	t.Parallel()
	const other = "v1,AAAA"
	altered := strings.Replace(vectorSignature, "AEOC", "BEOC", 1)
	tests := map[string]struct {
		secrets string // the vector's if empty
		headers http.Header
		body    string // the vector's if empty
		late    time.Duration
		want    error
	}{
		"the vector":                              {headers: headers(vectorSignature)},
		"a secret with the usual prefix":          {secrets: "whsec_" + vectorSecret, headers: headers(vectorSignature)},
		"the second of two secrets":               {secrets: "b2xk " + vectorSecret, headers: headers(vectorSignature)},
		"the first of two secrets":                {secrets: vectorSecret + "\n b2xk", headers: headers(vectorSignature)},
		"in a rotation, one header":               {headers: headers(other + " " + vectorSignature)},
		"in a rotation, ours first":               {headers: headers(vectorSignature + " " + other)},
		"in a rotation, several headers":          {headers: headers(other, vectorSignature)},
		"in a rotation, joined by a proxy":        {headers: headers(other + ", " + vectorSignature)},
		"in a rotation, joined without a space":   {headers: headers(other + "," + vectorSignature)},
		"beside a newer version":                  {headers: headers("v2,abc= " + vectorSignature)},
		"five minutes late":                       {headers: headers(vectorSignature), late: 5 * time.Minute},
		"five minutes early":                      {headers: headers(vectorSignature), late: -5 * time.Minute},
		"later than five minutes":                 {headers: headers(vectorSignature), late: 301 * time.Second, want: finch.ErrStale},
		"earlier than five minutes":               {headers: headers(vectorSignature), late: -301 * time.Second, want: finch.ErrStale},
		"late and forged":                         {headers: headers(altered), late: time.Hour, want: finch.ErrSignature},
		"another secret":                          {secrets: "b2xk", headers: headers(vectorSignature), want: finch.ErrSignature},
		"no secret at all":                        {secrets: " ", headers: headers(vectorSignature), want: finch.ErrSignature},
		"one letter of the signature":             {headers: headers(altered), want: finch.ErrSignature},
		"half of the signature":                   {headers: headers(vectorSignature[:20]), want: finch.ErrSignature},
		"the signature of a version we know not":  {headers: headers("v2" + vectorSignature[2:]), want: finch.ErrSignature},
		"a signature without its version":         {headers: headers(vectorSignature[3:]), want: finch.ErrSignature},
		"a version without its signature":         {headers: headers("v1"), want: finch.ErrSignature},
		"an empty signature":                      {headers: headers("v1,"), want: finch.ErrSignature},
		"an empty header":                         {headers: headers(""), want: finch.ErrSignature},
		"no signature":                            {headers: with("Finch-Signature", ""), want: finch.ErrSignature},
		"no id":                                   {headers: with("Finch-Event-Id", ""), want: finch.ErrSignature},
		"no time":                                 {headers: with("Finch-Timestamp", ""), want: finch.ErrSignature},
		"another id":                              {headers: with("Finch-Event-Id", "msg_test_0002"), want: finch.ErrSignature},
		"another time":                            {headers: with("Finch-Timestamp", "1790000001"), want: finch.ErrSignature},
		"the same time written otherwise":         {headers: with("Finch-Timestamp", "01790000000"), want: finch.ErrSignature},
		"a time that is none":                     {headers: with("Finch-Timestamp", "yesterday"), want: finch.ErrSignature},
		"a time beyond numbers":                   {headers: with("Finch-Timestamp", strings.Repeat("9", 30)), want: finch.ErrSignature},
		"a body cut short":                        {headers: headers(vectorSignature), body: vectorBody[:len(vectorBody)-1], want: finch.ErrSignature},
		"a body with a line break more":           {headers: headers(vectorSignature), body: vectorBody + "\n", want: finch.ErrSignature},
		"a body that means the same, spelt anew":  {headers: headers(vectorSignature), body: strings.Replace(vectorBody, ":", ": ", 1), want: finch.ErrSignature},
		"the time's end moved to the body's head": {headers: with("Finch-Timestamp", "179"), body: "0000000." + vectorBody, want: finch.ErrSignature},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.secrets == "" {
				test.secrets = vectorSecret
			}
			if test.body == "" {
				test.body = vectorBody
			}
			id, sent, err := secrets(t, test.secrets).Verify(test.headers, []byte(test.body), vectorNow.Add(test.late))
			if !errors.Is(err, test.want) {
				t.Fatalf("%v, want %v", err, test.want)
			}
			if err == nil && (id != vectorID || !sent.Equal(vectorNow) || sent.Location() != time.UTC) {
				t.Errorf("event %q of %s", id, sent)
			}
			if err != nil && (id != "" || !sent.IsZero()) {
				t.Errorf("refused, but told event %q of %s", id, sent)
			}
		})
	}
}

func TestTimesFarFromOursAreStale(t *testing.T) {
	t.Parallel()
	for _, timestamp := range []string{"0", "-1", "-9223372036854775808", "9223372036854775807"} {
		h := with("Finch-Timestamp", timestamp)
		h.Set("Finch-Signature", sign(t, vectorSecret, vectorID, timestamp, []byte(vectorBody)))
		if _, _, err := secrets(t, vectorSecret).Verify(h, []byte(vectorBody), vectorNow); !errors.Is(err, finch.ErrStale) {
			t.Errorf("%s: %v", timestamp, err)
		}
	}
}

// sign is how the local Finch does it.
func sign(t testing.TB, secret, id, timestamp string, body []byte) string {
	t.Helper()
	signature, err := local.Sign([]string{secret}, id, timestamp, body)
	if err != nil {
		t.Fatal(err)
	}
	return signature
}

func TestSecretsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"not base64!", vectorSecret + " a", "whsec_", "====", "AAEC AwQ\x00"} {
		s, err := finch.ParseSecrets(bad)
		if err == nil || !s.IsZero() {
			t.Errorf("%q was taken", bad)
		} else if strings.Contains(err.Error(), "base64!") || strings.Contains(err.Error(), vectorSecret) {
			t.Errorf("the error repeats it: %v", err)
		}
	}
	if s, err := finch.ParseSecrets("  "); err != nil || !s.IsZero() {
		t.Errorf("no secrets: %v, %v", s.IsZero(), err)
	}
	if secrets(t, vectorSecret).IsZero() {
		t.Error("a secret is none")
	}
}

func TestSecretsHideThemselves(t *testing.T) {
	t.Parallel()
	s := secrets(t, vectorSecret)
	h := struct {
		Open   finch.Secrets
		hidden finch.Secrets
	}{s, s}
	encoded, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	printed := []string{string(encoded), s.String(), s.GoString()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, holder := range []any{s, &s, h, &h, []any{h}} {
			printed = append(printed, fmt.Sprintf(verb, holder))
		}
	}
	for _, text := range printed {
		for _, trace := range []string{vectorSecret, "000102030405", "0x0, 0x1, 0x2", "0 1 2 3", "\x00\x01\x02"} {
			if strings.Contains(text, trace) {
				t.Errorf("printed as %q", text)
			}
		}
	}
}

// FuzzVerify holds Verify against the local Finch's own signing: what is signed
// so passes, and nothing else.
func FuzzVerify(f *testing.F) {
	f.Add(vectorID, vectorTime, vectorSignature, []byte(vectorBody))
	f.Add("a.b", "1790000000", "v1,AAAA v1,BBBB", []byte("{}"))
	f.Add("", "+1", "v2,\xff", []byte{})
	const older = "b2xk"
	s := secrets(f, vectorSecret+" "+older)
	f.Fuzz(func(t *testing.T, id, timestamp, signature string, body []byte) {
		ours := []string{sign(t, vectorSecret, id, timestamp, body), sign(t, older, id, timestamp, body)}
		h := http.Header{"Finch-Event-Id": {id}, "Finch-Timestamp": {timestamp}, "Finch-Signature": {signature}}
		bears := slices.ContainsFunc(ours, func(one string) bool { return strings.Contains(signature, one[3:]) })
		if _, _, err := s.Verify(h, body, vectorNow); !errors.Is(err, finch.ErrSignature) && !bears {
			t.Errorf("passed unsigned: %q %q %q, %v", id, timestamp, signature, err)
		}
		h.Add("Finch-Signature", ours[len(body)%2])
		eventID, sent, err := s.Verify(h, body, vectorNow)
		if err == nil && (id == "" || eventID != id || sent.Sub(vectorNow).Abs() > 5*time.Minute) {
			t.Errorf("event %q of %s", eventID, sent)
		}
		if err != nil && id != "" && timestamp == vectorTime {
			t.Errorf("refused what is signed: %q, %v", id, err)
		}
	})
}
