package finch

import "net/http"

// failure is an error as Finch words it. Doubled repeats the code as
// statusCode and status, as several of Finch's endpoints do.
type failure struct {
	code      int
	name      string
	finchCode string
	message   string
	doubled   bool
}

func (f failure) body() map[string]any {
	body := map[string]any{"code": f.code, "name": f.name, "message": f.message}
	if f.finchCode != "" {
		body["finch_code"] = f.finchCode
	}
	if f.doubled {
		body["statusCode"], body["status"] = f.code, f.code
	}
	return body
}

func (f failure) answer() answer { return answer{status: f.code, body: f.body()} }

func invalid(message string) answer {
	return failure{code: http.StatusBadRequest, name: "bad_request", finchCode: "invalid_request", message: message}.answer()
}

func noToken() answer {
	return failure{
		code: http.StatusUnauthorized, name: "unauthorized_request_error",
		message: "No access token was given", doubled: true,
	}.answer()
}

func wrongToken() answer {
	return failure{code: http.StatusUnauthorized, name: "invalid_token_error", message: "The access token is not valid"}.answer()
}

func wrongClient() answer {
	return failure{
		code: http.StatusUnauthorized, name: "invalid_client_error",
		message: "The client id or client secret is not valid",
	}.answer()
}

func notFound(finchCode, message string) answer {
	return failure{code: http.StatusNotFound, name: "not_found_error", finchCode: finchCode, message: message}.answer()
}

func notGranted(product string) answer {
	return failure{
		code: http.StatusForbidden, name: "insufficient_scope_error",
		message: "The access token does not have the product " + product,
	}.answer()
}

func notOffered(message string) answer {
	return failure{code: http.StatusNotImplemented, name: "not_implemented_error", message: message}.answer()
}

func unprocessable(finchCode, message string) answer {
	return failure{
		code: http.StatusUnprocessableEntity, name: "unprocessable_request_error", finchCode: finchCode, message: message,
	}.answer()
}

func tooMany(finchCode, message string) answer {
	return failure{
		code: http.StatusTooManyRequests, name: "rate_limit_exceeded_error", finchCode: finchCode,
		message: message, doubled: true,
	}.answer()
}

// unusable is what data endpoints say of a connection, method or entity that
// does not work at the moment; ok tells that it does.
func unusable(status string) (refusal answer, ok bool) {
	switch status {
	case reauth:
		return failure{
			code: http.StatusUnauthorized, name: "authentication_error",
			finchCode: "reauthenticate_user", message: "Please reauthenticate user",
		}.answer(), false
	case notSetUp:
		return failure{
			code: http.StatusUnauthorized, name: "authentication_error",
			finchCode: "account_setup_required", message: "The employer must finish setting up the account",
		}.answer(), false
	case noPermissions:
		return failure{
			code: http.StatusForbidden, name: "error_permissions",
			finchCode: "insufficient_account_permissions", message: "The account lacks permissions at the provider",
		}.answer(), false
	case pending, processing:
		return answer{status: http.StatusAccepted}, false
	case disconnected:
		return wrongToken(), false
	}
	return answer{}, true
}
