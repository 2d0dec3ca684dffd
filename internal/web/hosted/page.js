// The hosted page: opens Finch Connect when its button is pressed, and brings the
// code home. What happens on the way is told by perch.js.
(() => {
  const { session, connect } = document.currentScript.dataset
  const begin = document.getElementById('begin'), says = document.getElementById('says')
  const say = text => { says.textContent = text }
  const label = begin.textContent
  let finch, code, through = false

  // The code is good for ten minutes and once; sent again it answers the same.
  async function bring() {
    begin.disabled = true
    say('One moment: the connection is being set up.')
    for (let tries = 0; tries < 4; tries++) {
      if (tries) await new Promise(done => setTimeout(done, 1500 * tries))
      let answer
      try {
        answer = await fetch(location.pathname.replace(/\/$/, '') + '/code', {
          method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ code }), keepalive: true })
      } catch { continue }
      if (answer.ok) return finish()
      if (answer.status < 500 && answer.status !== 429) return refuse(await answer.json().catch(() => null))
    }
    begin.textContent = 'Try again'
    begin.disabled = false
    say('You signed in, but the connection could not be set up yet. Please try again in a moment.')
  }
  function finish() {
    through = true
    begin.hidden = true
    document.querySelector('h1').textContent = document.title = 'You are connected'
    say('Thank you! All is done. You can close this page.')
  }
  function refuse(answer) {
    code = undefined
    begin.hidden = true
    say((answer?.error?.message || 'The connection could not be set up.') + ' Please ask whoever sent you the link for a new one.')
  }

  const onSuccess = got => { code = got.code; bring() }
  const onError = ({ errorMessage }) => { if (!through) say(errorMessage || 'Something went wrong. Please try again.') }
  const onClose = () => { if (!code && !through) say('You have not finished yet. You can go on whenever you like, with the same link.') }

  begin.addEventListener('click', () => {
    if (code) return bring()
    if (!window.FinchConnect) return say('Finch Connect cannot be loaded. Please turn off what blocks scripts on this page, or try another browser, and load the page again.')
    say('')
    begin.textContent = label
    finch ??= FinchConnect.initialize({ onSuccess, onError, onClose, apiConfig: { connectUrl: connect } })
    finch.open({ sessionId: session })
  })
})()
