package explore

import "testing"

func TestSecretNames(t *testing.T) {
	t.Parallel()
	tests := map[string]bool{
		"access_token": true, "accessToken": true, "refresh_tokens": true, "token": true, "client_secret": true, "Password": true, "user_password_hash": true,
		"Authorization": true, "X-Api-Key": true, "apikey": true, "set-cookie": true, "private_key": true, "proxy-authorization": true,
		"secret_key": true, "aws_secret_access_key": true, "webhookSigningKey": true, "login_credentials": true, "jwt": true,
		"token_type": false, "id": false, "key_employee": false, "authentication_methods": false, "name": false, "secretary": false, "": false,
	}
	for name, want := range tests {
		if got := isSecret(name); got != want {
			t.Errorf("%q is secret: %v", name, got)
		}
	}
}
