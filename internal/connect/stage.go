package connect

// Stage is a step of Finch Connect. Stages that are not among those below are
// kept as they are told.
type Stage string

// The stages of a session, in order.
const (
	TermsOfService    Stage = "terms_of_service"
	ProviderSelection Stage = "provider_selection"
	AuthMethod        Stage = "auth_method"
	Authentication    Stage = "authentication"
	MFA               Stage = "mfa"
	EntitySelection   Stage = "entity_selection"
	Success           Stage = "success"
)

// The stages of an assisted set-up, in order; they follow those of the session.
const (
	TokenCreated       Stage = "token_created"
	InvitationAccepted Stage = "invitation_accepted"
	PermissionVerified Stage = "permission_verified"
)

// Stages are those of a session, in order.
func Stages() []Stage {
	return []Stage{TermsOfService, ProviderSelection, AuthMethod, Authentication, MFA, EntitySelection, Success}
}

// AssistedStages are those of an assisted set-up, in order.
func AssistedStages() []Stage { return []Stage{TokenCreated, InvitationAccepted, PermissionVerified} }

// stageNames is what people call them: "Terms of Service".
var stageNames = map[Stage]string{
	TermsOfService: "Terms of Service", ProviderSelection: "Provider", AuthMethod: "Way to sign in", Authentication: "Sign-in",
	MFA: "Verification", EntitySelection: "Entities", Success: "Success",
	TokenCreated: "Token created", InvitationAccepted: "Invitation accepted", PermissionVerified: "Permission verified",
}

// Name is what people call a stage. One that is not known is its own name:
// text from outside.
func (s Stage) Name() string {
	if name, ok := stageNames[s]; ok {
		return name
	}
	return string(s)
}

// Known reports whether it is one of the stages above.
func (s Stage) Known() bool { return stageNames[s] != "" }
