package connect

// NudgeText is a short polite message fit to send to the employer as it is.
func NudgeText(r Reading) string { return "Hello, do you need any help with connecting your payroll?" }
