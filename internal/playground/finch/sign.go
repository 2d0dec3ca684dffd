package finch

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
)

// Sign is the Finch-Signature of a webhook: one "v1," signature for each
// secret (base64), separated by spaces, over the event id, the timestamp (unix
// seconds, as in the header) and the body's bytes.
func Sign(secrets []string, eventID, timestamp string, body []byte) (string, error) {
	signatures := make([]string, 0, len(secrets))
	for _, secret := range secrets {
		key, err := base64.StdEncoding.DecodeString(secret)
		if err != nil {
			return "", fmt.Errorf("sign a webhook: the secret is not base64: %w", err)
		}
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s.%s.%s", eventID, timestamp, body)
		signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(signatures, " "), nil
}
