package finch

import "encoding/json"

// news is what an event tells: what happened, to which connection.
type news struct {
	of *connection
	// entity is the one that it is about; nil for the whole connection.
	entity *entity
	kind   string
	data   any
}

// wire is the event's body. It names the entity where there are several.
func (n news) wire() ([]byte, error) {
	var entityID *string
	if n.entity != nil && len(n.of.entities) > 1 {
		entityID = &n.entity.id
	}
	return json.Marshal(struct {
		CompanyID    string  `json:"company_id"`
		AccountID    string  `json:"account_id"`
		ConnectionID string  `json:"connection_id"`
		EntityID     *string `json:"entity_id"`
		EventType    string  `json:"event_type"`
		Data         any     `json:"data"`
	}{n.of.companyID, n.of.accountID, n.of.id, entityID, n.kind, n.data})
}

// ended is the news that a job is over, however that was.
func (j *job) ended() news {
	return news{of: j.owner, kind: "job." + j.kind + ".completed", data: j.named()}
}

// named is how events name a job.
func (j *job) named() map[string]any {
	return map[string]any{"job_id": j.id, "job_url": j.url()}
}

// ended is the news that a job is over. Its data was of one entity.
func (j *manualJob) ended() news {
	return news{of: j.owner, entity: j.entity, kind: "job.benefit_" + j.kind + ".completed", data: map[string]any{
		"job_id": j.id, "job_url": "https://api.tryfinch.com/jobs/manual/" + j.id,
	}}
}
