// Finch's own client and webhooks of jobs: what each names, as the client reads
// it. Prints one JSON list in the order given.
//
// Environment: FINCH_URL (API), FINCH_SECRET (the webhook's), FINCH_DELIVERIES
// (a JSON list of {token, headers, body} as they arrived).
import Finch from '@tryfinch/finch-api'

const { FINCH_URL, FINCH_SECRET, FINCH_DELIVERIES } = process.env

async function read({ token, headers, body }) {
  const finch = new Finch({ baseURL: FINCH_URL, accessToken: token, webhookSecret: FINCH_SECRET, maxRetries: 0 })
  const { event_type, connection_id, data } = finch.webhooks.unwrap(body, headers)
  const jobs = event_type.startsWith('job.benefit_') ? finch.jobs.manual : finch.jobs.automated
  return { event_type, connection_id, job: await jobs.retrieve(data.job_id) }
}

const seen = []
for (const delivery of JSON.parse(FINCH_DELIVERIES)) seen.push(await read(delivery))
console.log(JSON.stringify(seen))
