// A stand-in for Finch's connect.js: opens the local Connect page in an iframe
// and hands its messages to the host page, as Finch's own script does.
window.FinchConnect = (() => {
  const here = new URL(document.currentScript.src).origin
  const id = 'finch-connect-iframe'

  function initialize({ onSuccess, onError, onClose, apiConfig = {} }) {
    const base = apiConfig.connectUrl || here
    const close = () => document.getElementById(id)?.remove()

    function hear(event) {
      if (event.origin !== new URL(base).origin || event.data?.name !== 'finch-auth-message-v2') return
      const { kind, code, state, error } = event.data
      if (kind === 'success') {
        close()
        onSuccess({ code, state })
      } else if (kind === 'error') {
        if (error?.shouldClose) close()
        onError({ errorMessage: error?.message, errorType: error?.type })
      } else if (kind === 'closed') {
        close()
        onClose()
      } else {
        onError({ errorMessage: 'Report to developers@tryfinch.com: unable to handle window.postMessage for: ' + kind })
      }
    }
    window.addEventListener('message', hear)

    function open({ sessionId, state, zIndex = 999 }) {
      close()
      const query = new URLSearchParams({ session: sessionId, app_type: 'spa', sdk_host_url: location.origin, mode: 'employer' })
      if (state) query.set('state', state)
      const frame = document.createElement('iframe')
      frame.id = id
      frame.src = `${base}/authorize?${query}`
      frame.style = `position:fixed;inset:0;width:100vw;height:100vh;border:0;background:#fff;z-index:${zIndex}`
      document.body.append(frame)
    }
    return { open, close, destroy: () => { close(); window.removeEventListener('message', hear) } }
  }
  return { initialize }
})()
