package playground

import (
	"encoding/json"
	"errors"
	"net/http"
)

// maxTokenBody is far more than an access token needs.
const maxTokenBody = 16 << 10

var errNoAdopt = errors.New("nothing here takes tokens in")

// adoptToken is the customer's application: it has just exchanged a code for
// an access token and tells Perch. The answer never repeats the token.
func adoptToken(adopt Adopt) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			AccessToken string `json:"access_token"`
		}
		err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxTokenBody)).Decode(&body)
		if err != nil || body.AccessToken == "" {
			answer(w, http.StatusBadRequest, errors.New("access_token is missing"))
			return
		}
		if adopt == nil {
			answer(w, http.StatusNotImplemented, errNoAdopt)
			return
		}
		if err := adopt(r.Context(), r.PathValue("id"), body.AccessToken); err != nil {
			answer(w, http.StatusBadGateway, err)
			return
		}
		answer(w, http.StatusOK, nil)
	})
}

// answer speaks as the other control doors do.
func answer(w http.ResponseWriter, status int, err error) {
	body := struct {
		OK    bool   `json:"ok"`
		Error string `json:"error,omitempty"`
		Code  string `json:"code,omitempty"`
	}{OK: err == nil}
	if err != nil {
		body.Error = err.Error()
	}
	if errors.Is(err, errNoAdopt) {
		body.Code = "by_hand"
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// A caller that has gone away cannot be told anything more.
	_ = json.NewEncoder(w).Encode(body)
}
