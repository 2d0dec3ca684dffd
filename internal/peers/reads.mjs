// Finch's own client and everything that can be read: what was asked, as it is
// typed behind /explore; what the client sent for it; what came back. Prints one
// JSON list.
//
// Environment: FINCH_URL (API), FINCH_TOKEN (a sandbox connection's, with every
// product).
import Finch from '@tryfinch/finch-api'

const { FINCH_URL, FINCH_TOKEN } = process.env
const nobody = '00000000-0000-4000-8000-000000000000'

// last is the client's last request, and the answer as Finch sent it.
let last

async function watched(url, init) {
  const response = await fetch(url, init)
  const { pathname, search } = new URL(url)
  last = { path: pathname, query: search.slice(1), body: init.body ?? '', answer: await response.clone().json() }
  return response
}

const finch = new Finch({ baseURL: FINCH_URL, accessToken: FINCH_TOKEN, fetch: watched, maxRetries: 0 })
const { hris, payroll, sandbox } = finch
const { entities } = await finch.account.introspect()
const entity_ids = [entities[0].id]

// What there is to be read by id. What a new connection lacks is made first.
const people = (await hris.directory.list({ entity_ids, limit: 3 })).individuals.map((one) => one.id)
const days = { start_date: '2020-01-01', end_date: '2029-12-31' }
const [payment] = (await hris.payments.list({ entity_ids, ...days })).items
const [group] = (await payroll.payGroups.list({ entity_ids })).items
const [document] = (await hris.documents.list({ entity_ids })).documents
const job = await sandbox.jobs.create({ type: 'data_sync_all' })
await hris.payStatementItem.rules.create({
  entity_ids,
  entity_type: 'pay_statement_item',
  conditions: [{ field: 'name', operator: 'equals', value: 'Bonus' }],
  attributes: { metadata: { code: 'B1' } },
})
const made = await hris.benefits.create({ entity_ids, type: '401k', description: 'Pension & more', frequency: 'every_paycheck' })
const [benefit] = (await hris.benefits.list({ entity_ids })).items

const reads = []

// read has the client ask an endpoint; values are the same question as it is typed.
async function read(endpoint, values, ask) {
  const understood = await ask()
  const items = understood.getPaginatedItems?.().length ?? -1
  reads.push({ endpoint, values, ...last, items })
}

const of = { entity_ids }
await read('GET /introspect', {}, () => finch.account.introspect())
await read('GET /providers', {}, () => finch.providers.list())
await read('GET /jobs/automated', {}, () => finch.jobs.automated.list())
await read('GET /jobs/automated', { limit: ['2'], offset: ['0'] }, () => finch.jobs.automated.list({ limit: 2, offset: 0 }))
await read('GET /jobs/automated/{job_id}', { job_id: [job.job_id] }, () => finch.jobs.automated.retrieve(job.job_id))
await read('GET /jobs/manual/{job_id}', { job_id: [made.job_id] }, () => finch.jobs.manual.retrieve(made.job_id))
await read('GET /employer/company', of, () => finch.hris.company.retrieve(of))
await read('GET /employer/directory', { ...of, limit: ['5'], offset: ['2'] }, () => finch.hris.directory.list({ ...of, limit: 5, offset: 2 }))

people.push(nobody)
const batch = { ...of, requests: people.map((individual_id) => ({ individual_id })) }
await read('POST /employer/individual', { ...of, individual_id: people }, () => finch.hris.individuals.retrieveMany(batch))
await read('POST /employer/employment', { ...of, individual_id: people }, () => finch.hris.employments.retrieveMany(batch))

await read('GET /employer/payment', { ...of, start_date: [days.start_date], end_date: [days.end_date] }, () => finch.hris.payments.list({ ...of, ...days }))
await read('POST /employer/pay-statement', { ...of, payment_id: [payment.id, nobody], limit: ['3'], offset: ['1'] }, () =>
  finch.hris.payStatements.retrieveMany({ ...of, requests: [payment.id, nobody].map((payment_id) => ({ payment_id, limit: 3, offset: 1 })) }),
)
await read('GET /employer/pay-groups', { ...of, individual_id: people.slice(0, 1), pay_frequencies: ['weekly', 'monthly'] }, () =>
  finch.payroll.payGroups.list({ ...of, individual_id: people[0], pay_frequencies: ['weekly', 'monthly'] }),
)
await read('GET /employer/pay-groups/{pay_group_id}', { ...of, pay_group_id: [group.id] }, () => finch.payroll.payGroups.retrieve(group.id, of))
await read('GET /employer/pay-statement-item', { ...of, type: ['salary'], categories: ['earnings', 'taxes'] }, () =>
  finch.hris.payStatementItem.list({ ...of, type: 'salary', categories: ['earnings', 'taxes'] }),
)
await read('GET /employer/pay-statement-item/rule', of, () => finch.hris.payStatementItem.rules.list(of))

await read('GET /employer/benefits', of, () => finch.hris.benefits.list(of))
await read('GET /employer/benefits/meta', of, () => finch.hris.benefits.listSupportedBenefits(of))
const one = { ...of, benefit_id: [benefit.benefit_id] }
await read('GET /employer/benefits/{benefit_id}', one, () => finch.hris.benefits.retrieve(benefit.benefit_id, of))
await read('GET /employer/benefits/{benefit_id}/enrolled', one, () => finch.hris.benefits.individuals.enrolledIDs(benefit.benefit_id, of))
await read('GET /employer/benefits/{benefit_id}/individuals', { ...one, individual_ids: people.slice(0, 2) }, () =>
  finch.hris.benefits.individuals.retrieveManyBenefits(benefit.benefit_id, { ...of, individual_ids: people.slice(0, 2).join(',') }),
)

await read('GET /employer/documents', { ...of, types: ['w4_2020', 'w4_2005'], limit: ['2'] }, () =>
  finch.hris.documents.list({ ...of, types: ['w4_2020', 'w4_2005'], limit: 2 }),
)
await read('GET /employer/documents/{document_id}', { ...of, document_id: [document.id] }, () =>
  finch.hris.documents.retreive(document.id, of),
)
await read('GET /sandbox/jobs/configuration', {}, () => finch.sandbox.jobs.configuration.retrieve())

console.log(JSON.stringify(reads))
