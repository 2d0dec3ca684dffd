package finch

type books struct{}

func (*books) publish()                {}
func forward(*call) answer             { return notOffered("Not yet") }
func getCompany(*call) answer          { return notOffered("Not yet") }
func getDirectory(*call) answer        { return notOffered("Not yet") }
func getIndividuals(*call) answer      { return notOffered("Not yet") }
func getEmployments(*call) answer      { return notOffered("Not yet") }
func getPayments(*call) answer         { return notOffered("Not yet") }
func getPayStatements(*call) answer    { return notOffered("Not yet") }
func listPayGroups(*call) answer       { return notOffered("Not yet") }
func getPayGroup(*call) answer         { return notOffered("Not yet") }
func listPayItems(*call) answer        { return notOffered("Not yet") }
func listRules(*call) answer           { return notOffered("Not yet") }
func createRule(*call) answer          { return notOffered("Not yet") }
func updateRule(*call) answer          { return notOffered("Not yet") }
func deleteRule(*call) answer          { return notOffered("Not yet") }
func listDocuments(*call) answer       { return notOffered("Not yet") }
func getDocument(*call) answer         { return notOffered("Not yet") }
func listBenefits(*call) answer        { return notOffered("Not yet") }
func createBenefit(*call) answer       { return notOffered("Not yet") }
func benefitsMeta(*call) answer        { return notOffered("Not yet") }
func registerBenefit(*call) answer     { return notOffered("Not yet") }
func getBenefit(*call) answer          { return notOffered("Not yet") }
func updateBenefit(*call) answer       { return notOffered("Not yet") }
func listEnrolled(*call) answer        { return notOffered("Not yet") }
func getEnrollments(*call) answer      { return notOffered("Not yet") }
func enroll(*call) answer              { return notOffered("Not yet") }
func unenroll(*call) answer            { return notOffered("Not yet") }
func sandboxConnection(*call) answer   { return notOffered("Not yet") }
func sandboxAccount(*call) answer      { return notOffered("Not yet") }
func sandboxStatus(*call) answer       { return notOffered("Not yet") }
func sandboxCompany(*call) answer      { return notOffered("Not yet") }
func sandboxDirectory(*call) answer    { return notOffered("Not yet") }
func sandboxIndividual(*call) answer   { return notOffered("Not yet") }
func sandboxEmployment(*call) answer   { return notOffered("Not yet") }
func sandboxPayment(*call) answer      { return notOffered("Not yet") }
func sandboxJob(*call) answer          { return notOffered("Not yet") }
func getJobConfiguration(*call) answer { return notOffered("Not yet") }
func putJobConfiguration(*call) answer { return notOffered("Not yet") }
