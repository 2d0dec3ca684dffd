// Perch tells of what happens in Finch Connect on this page: that it was opened,
// the errors it showed, that it was closed or succeeded. No cookies, no
// dependencies, and never the authorization code. See the README.
(() => {
  const finch = /*finch*/'', home = /*home*/''
  const script = document.currentScript
  // A module has no currentScript, but its address stands in a stack.
  const own = script?.src || (String(new Error().stack).match(/https?:[^\s()@]+\/perch\.js/) || [''])[0]
  const base = own.includes('/perch.js') ? own.replace(/\/perch\.js.*$/, '') : home
  const most = 2000, atOnce = 4, kept = 200
  let stop, frame = null

  const id = () => crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map(b => b.toString(16).padStart(2, '0')).join('')

  function watch({ session, token, url = base }) {
    stop?.()
    const door = `${url}/v1/sessions/${encodeURIComponent(session)}/events`
    const body = events => JSON.stringify({ events_token: token, sent_at: Date.now(), events })
    let queue = [], busy = false, pause = 1000, timer

    const tell = (type, more) => {
      queue = [...queue, { id: id(), at: Date.now(), type, ...more }].slice(-kept)
      send()
    }
    // An event stays in the queue until it is answered for; sent twice it counts once.
    async function send() {
      if (busy || !queue.length) return
      busy = true
      clearTimeout(timer)
      const batch = queue.slice(0, atOnce)
      let done = false
      try {
        const { ok, status } = await fetch(door, {
          method: 'POST', body: body(batch), headers: { 'Content-Type': 'text/plain' }, credentials: 'omit', keepalive: true })
        done = ok || status >= 400 && status < 500 && status !== 408 && status !== 429
      } catch {}
      busy = false
      if (done) {
        queue = queue.filter(event => !batch.includes(event))
        pause = 1000
        send()
      } else {
        timer = setTimeout(send, pause * (1 + Math.random() / 4))
        pause = Math.min(pause * 2, 60000)
      }
    }
    // Whoever leaves the page hears no answer.
    const leave = () => {
      for (let i = 0; i < queue.length; i += atOnce)
        navigator.sendBeacon?.(door, new Blob([body(queue.slice(i, i + atOnce))], { type: 'text/plain' }))
    }
    const hide = () => document.visibilityState === 'hidden' ? leave() : send()

    const hear = ({ origin, data }) => {
      if (origin !== finch || data?.name !== 'finch-auth-message-v2') return
      const text = value => value == null ? undefined : String(value).slice(0, most)
      if (data.kind === 'success') tell('succeeded')
      if (data.kind === 'closed') tell('closed')
      if (data.kind === 'error') tell('error', { message: text(data.error?.message), error_type: text(data.error?.type)?.slice(0, 100) })
    }
    const look = () => {
      const now = document.getElementById('finch-connect-iframe')
      if (now && now !== frame) tell('opened')
      frame = now
    }

    const observer = new MutationObserver(look)
    observer.observe(document, { childList: true, subtree: true })
    addEventListener('message', hear)
    addEventListener('pagehide', leave)
    addEventListener('online', send)
    document.addEventListener('visibilitychange', hide)
    look()
    return stop = () => {
      observer.disconnect()
      removeEventListener('message', hear)
    }
  }

  window.perch = { watch }
  if (script?.dataset.session) watch(script.dataset)
})()
