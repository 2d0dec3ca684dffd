// Finch's own client against the local Finch. Prints one JSON object of what
// it understood.
//
// Environment: FINCH_URL (API), FINCH_CONTROL (control door), FINCH_TOKEN (a
// healthy connection), FINCH_REAUTH_TOKEN (one that must reconnect),
// FINCH_CONNECTION (the healthy one's id).
import { createServer } from 'node:http'
import { once } from 'node:events'
import Finch from '@tryfinch/finch-api'

const { FINCH_URL, FINCH_CONTROL, FINCH_TOKEN, FINCH_REAUTH_TOKEN, FINCH_CONNECTION } = process.env
const nobody = '00000000-0000-4000-8000-000000000000'
const secret = Buffer.from('a secret that two agree on, 32 b').toString('base64')

function as(accessToken) {
  return new Finch({ baseURL: FINCH_URL, accessToken, webhookSecret: secret, maxRetries: 0 })
}

async function control(path, body) {
  const answer = await fetch(`${FINCH_CONTROL}/${path}`, { method: 'POST', body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`control ${path}: ${answer.status} ${await answer.text()}`)
}

// refused runs what must fail and tells how.
async function refused(call) {
  try {
    await call()
  } catch (err) {
    return { type: err.constructor.name, status: err.status, name: err.error?.name, finch_code: err.error?.finch_code ?? '' }
  }
  return { type: 'nothing was refused' }
}

async function providers(finch) {
  const ids = []
  for await (const provider of finch.providers.list()) ids.push(provider.id)
  return ids
}

// webhook has the local Finch deliver an event and lets the client verify it.
async function webhook(finch) {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const arrived = new Promise((resolve) =>
    server.on('request', async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      response.end()
      resolve({ body, headers: request.headers })
    }),
  )
  await control('webhook', { url: `http://127.0.0.1:${server.address().port}/`, secrets: [secret] })
  await control('event', {
    connection_id: FINCH_CONNECTION,
    event_type: 'account.updated',
    data: { status: 'reauth', authentication_method: 'credential' },
  })
  const { body, headers } = await arrived
  server.close()
  const event = finch.webhooks.unwrap(body, headers)
  const forged = await refused(async () => finch.webhooks.unwrap(body + ' ', headers))
  return { type: event.event_type, connection: event.connection_id, status: event.data.status, forged: forged.type }
}

const finch = as(FINCH_TOKEN)
const jobs = await finch.jobs.automated.list()
const scheduled = jobs.data[0]
const introspection = await finch.account.introspect()
const entity_ids = [introspection.entities[0].id]
const directory = await finch.hris.directory.list({ entity_ids, limit: 5 })
const batch = await finch.hris.individuals.retrieveMany({
  entity_ids,
  requests: [{ individual_id: directory.individuals[0].id }, { individual_id: nobody }],
})

console.log(
  JSON.stringify({
    introspection,
    providers: await providers(finch),
    scheduled,
    job: await finch.jobs.automated.retrieve(scheduled.job_id),
    company: (await finch.hris.company.retrieve({ entity_ids })).legal_name,
    people: directory.individuals.length,
    more: directory.hasNextPage(),
    batch: batch.responses.map((r) => r.code),
    errors: {
      unknown_token: await refused(() => as('not-a-token').account.introspect()),
      several_entities: await refused(() => finch.hris.company.retrieve()),
      reauth: await refused(() => as(FINCH_REAUTH_TOKEN).hris.directory.list()),
      no_such_job: await refused(() => finch.jobs.automated.retrieve(nobody)),
    },
    reauth_status: (await as(FINCH_REAUTH_TOKEN).account.introspect()).connection_status.status,
    webhook: await webhook(finch),
  }),
)
