// Slack's own clients against the local Slack: a small app that connects, is
// used by people through the control door, and prints what it saw as JSON.
//
// Environment: SLACK_API_URL, SLACK_CONTROL, SLACK_BOT_TOKEN, SLACK_APP_TOKEN.
import { LogLevel, SocketModeClient } from '@slack/socket-mode'
import { WebClient } from '@slack/web-api'
import { once } from 'node:events'

const { SLACK_API_URL, SLACK_CONTROL, SLACK_BOT_TOKEN, SLACK_APP_TOKEN } = process.env
const user = 'UBO'
const channel = 'CALERTS'

const options = { slackApiUrl: SLACK_API_URL, logLevel: LogLevel.ERROR }
const web = new WebClient(SLACK_BOT_TOKEN, options)
const socket = new SocketModeClient({ appToken: SLACK_APP_TOKEN, clientOptions: options, logLevel: LogLevel.ERROR })

async function control(path, body) {
  const answer = await fetch(`${SLACK_CONTROL}/${path}`, body && { method: 'POST', body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`control ${path}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}

// next is the next thing of a kind that the socket delivers.
const next = async (kind) => (await once(socket, kind))[0]

// seen is what a person sees of one message.
async function seen(ts) {
  const state = await control(`state?user=${user}`)
  const message = state.messages[channel].find((m) => m.ts === ts)
  return { shown: message.shown, edited: Boolean(message.edited) }
}

async function refused(call) {
  try {
    await call
  } catch (err) {
    return { type: err.constructor.name, error: err.data?.error, messages: err.data?.response_metadata?.messages ?? [] }
  }
  return { type: 'nothing was refused' }
}

const modal = {
  type: 'modal',
  callback_id: 'peer.ask',
  title: { type: 'plain_text', text: 'Ask' },
  submit: { type: 'plain_text', text: 'Send' },
  blocks: [
    {
      type: 'input',
      block_id: 'what',
      label: { type: 'plain_text', text: 'What' },
      element: { type: 'plain_text_input', action_id: 'text' },
    },
  ],
}

const card = (text) => [
  { type: 'section', text: { type: 'mrkdwn', text } },
  { type: 'actions', elements: [{ type: 'button', action_id: 'peer.press', value: '7', text: { type: 'plain_text', text: 'Press' } }] },
]

// command: typed by a person, acknowledged with a text, answered with a modal
// while its trigger lives.
async function command() {
  const [arrived, typed] = [next('slash_commands'), control('command', { user, channel, text: '/connection harbor' })]
  const { ack, body } = await arrived
  await ack({ text: 'Looking for harbor' })
  const opened = await web.views.open({ trigger_id: body.trigger_id, view: modal })
  const state = await control(`state?user=${user}`)
  const answer = state.messages[channel].find((m) => m.ephemeral_to === user)
  return { text: body.text, command: body.command, typed: await typed, answer: answer?.text ?? '', opened: opened.ok, view: opened.view.id }
}

// submission: refused once with an error at its field, then taken.
async function submission(view_id) {
  const submit = async (text, answer) => {
    const [arrived, sent] = [next('interactive'), control('submit', { user, view_id, values: { what: { text } } })]
    const { ack, body } = await arrived
    await ack(answer)
    return { type: body.type, value: body.view.state.values.what.text.value, result: await sent }
  }
  return {
    refused: await submit('nothing', { response_action: 'errors', errors: { what: 'Say more' } }),
    taken: await submit('everything'),
    left: (await control(`state?user=${user}`)).views.length,
  }
}

// message: posted, pressed, changed.
async function message() {
  const posted = await web.chat.postMessage({ channel, text: 'Hello', blocks: card('*Hello* there') })
  const first = await seen(posted.ts)
  const [arrived, clicked] = [next('interactive'), control('click', { user, channel, ts: posted.ts, action_id: 'peer.press' })]
  const { ack, body } = await arrived
  await ack()
  await web.chat.update({ channel, ts: posted.ts, text: 'Pressed', blocks: card('*Pressed*') })
  return { first, type: body.type, value: body.actions[0].value, clicked: await clicked, second: await seen(posted.ts) }
}

async function event() {
  const arrived = next('message')
  await control('message', { user, channel, text: 'where is my job?' })
  const { ack, event } = await arrived
  await ack()
  return { text: event.text, user: event.user }
}

// limited: the client waits as it is told and tries again by itself.
async function limited() {
  await control('fault', { method: 'chat.postMessage', kind: 'ratelimited', retry_after: 1, times: 1 })
  const waits = []
  web.once('rate_limited', (seconds) => waits.push(seconds))
  const posted = await web.chat.postMessage({ channel: 'CGENERAL', text: 'late' })
  return { ok: posted.ok, waits }
}

// reconnect: told that its connection will end, the client leaves and comes
// back, and the next command reaches it.
async function reconnect() {
  const back = once(socket, 'connected')
  await control('fault', { kind: 'disconnect', reason: 'warning' })
  await back
  const [arrived, typed] = [next('slash_commands'), control('command', { user, channel, text: '/perch help' })]
  const { ack, body } = await arrived
  await ack()
  return { command: body.command, typed: await typed, sockets: (await control('sockets')).sockets }
}

const report = { who: await web.auth.test() }
await control('invite', { channel: 'CGENERAL' })
await socket.start()
report.connected = (await control('state')).bot.connected
report.command = await command()
report.submission = await submission(report.command.view)
report.message = await message()
report.event = await event()
report.limited = await limited()
report.errors = {
  channel: await refused(web.chat.postMessage({ channel: 'CNOWHERE', text: 'x' })),
  blocks: await refused(web.chat.postMessage({ channel, text: 'x', blocks: [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }] })),
  token: await refused(new WebClient('xoxb-wrong', options).auth.test()),
}
report.reconnect = await reconnect()
await socket.disconnect()
console.log(JSON.stringify(report))
