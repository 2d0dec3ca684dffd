package slack

// method is one line of the Web API.
type method struct {
	run      func(*call) (object, error)
	tier     int
	scopes   []string // any of them suffices
	appToken bool     // wants the app-level token
	anyToken bool
	open     bool // wants no token
}

func readScopes() []string {
	return []string{"channels:read", "groups:read", "im:read", "mpim:read"}
}

func historyScopes() []string {
	return []string{"channels:history", "groups:history", "im:history", "mpim:history"}
}

func (s *Server) methodTable() map[string]method {
	read, history, write := readScopes(), historyScopes(), []string{"chat:write"}
	return map[string]method{
		"api.test":              {run: s.apiTest, tier: tierSpecial, open: true},
		"auth.test":             {run: s.authTest, tier: tierSpecial, anyToken: true},
		"apps.connections.open": {run: s.appsConnectionsOpen, tier: tier1, appToken: true, scopes: []string{"connections:write"}},
		"blocks.validate":       {run: s.blocksValidate, tier: tier4, open: true},

		"chat.postMessage":   {run: s.chatPostMessage, tier: tierSpecial, scopes: write},
		"chat.postEphemeral": {run: s.chatPostEphemeral, tier: tier4, scopes: write},
		"chat.update":        {run: s.chatUpdate, tier: tier3, scopes: write},
		"chat.delete":        {run: s.chatDelete, tier: tier3, scopes: write},
		"chat.getPermalink":  {run: s.chatGetPermalink, tier: tierSpecial},

		"conversations.info":    {run: s.conversationsInfo, tier: tier3, scopes: read},
		"conversations.list":    {run: s.conversationsList, tier: tier2, scopes: read},
		"conversations.members": {run: s.conversationsMembers, tier: tier4, scopes: read},
		"conversations.open":    {run: s.conversationsOpen, tier: tier3, scopes: []string{"im:write", "mpim:write"}},
		"conversations.join":    {run: s.conversationsJoin, tier: tier3, scopes: []string{"channels:join"}},
		"conversations.history": {run: s.conversationsHistory, tier: tier3, scopes: history},
		"conversations.replies": {run: s.conversationsReplies, tier: tier3, scopes: history},

		"users.info":            {run: s.usersInfo, tier: tier4, scopes: []string{"users:read"}},
		"users.list":            {run: s.usersList, tier: tier2, scopes: []string{"users:read"}},
		"usergroups.users.list": {run: s.usergroupsUsersList, tier: tier2, scopes: []string{"usergroups:read"}},

		"views.open":    {run: s.viewsOpen, tier: tier4},
		"views.push":    {run: s.viewsPush, tier: tier4},
		"views.update":  {run: s.viewsUpdate, tier: tier4},
		"views.publish": {run: s.viewsPublish, tier: tier4},

		"reactions.add": {run: s.reactionsAdd, tier: tier3, scopes: []string{"reactions:write"}},

		"files.getUploadURLExternal":   {run: s.filesGetUploadURL, tier: tier4, scopes: []string{"files:write"}},
		"files.completeUploadExternal": {run: s.filesCompleteUpload, tier: tier4, scopes: []string{"files:write"}},
	}
}
