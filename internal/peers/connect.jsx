// A host application's page with Finch's own React library, as its README has it.
// What the library tells the page stands in #heard, a line each.
import { useState } from 'react'
import { createRoot } from 'react-dom/client'
import { useFinchConnect } from '@tryfinch/react-connect'

const root = document.getElementById('root')
const { session, connect: connectUrl } = root.dataset

function Host() {
  const [heard, setHeard] = useState([])
  const hear = (...words) => setHeard((all) => [...all, words.join(' ')])
  const { open } = useFinchConnect({
    onSuccess: ({ code }) => hear('success', code),
    onError: ({ errorMessage, errorType }) => hear('error', errorType, errorMessage),
    onClose: () => hear('closed'),
    apiConfig: { connectUrl },
  })
  return (
    <>
      <button id="connect" onClick={() => open({ sessionId: session })}>Connect payroll</button>
      <pre id="heard">{heard.join('\n')}</pre>
    </>
  )
}

createRoot(root).render(<Host />)
