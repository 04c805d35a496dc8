// A page with the browser SDK, in an emulated DOM: argument 1 is the server, 2 the project token.
// Ends with an error when the SDK logs a complaint, or when a request of its fails.
const { Window } = require('happy-dom')

const [host, token] = process.argv.slice(2)
const complaints = []
const page = new Window({ url: 'http://app.example/pricing?utm_source=news', settings: { handleDisabledFileLoadingAsSuccess: true } })
for (const name of ['window', 'document', 'navigator', 'location', 'history', 'localStorage', 'sessionStorage', 'screen']) {
  Object.defineProperty(globalThis, name, { value: name === 'window' ? page : page[name], configurable: true, writable: true })
}
for (const name of ['XMLHttpRequest', 'HTMLElement', 'Element', 'Node', 'Event', 'CustomEvent', 'MutationObserver', 'DOMParser']) {
  globalThis[name] = page[name]
}
globalThis.self = page
for (const kind of ['warn', 'error']) {
  console[kind] = (...words) => complaints.push(words.map(String).join(' '))
}

// Requests leave through Node's own fetch: what is tested is what the SDK sends and how it takes the answer.
const plain = globalThis.fetch
const asked = []
const fetch = async (address, options) => {
  const { method, headers, body } = options ?? {}
  const answer = await plain(String(address), { method, headers, body: body instanceof page.Blob ? Buffer.from(await body.arrayBuffer()) : body })
  asked.push(`${method ?? 'GET'} ${new URL(String(address)).pathname} ${answer.status}`)
  return answer
}
page.fetch = fetch
globalThis.fetch = fetch

async function main() {
  const { posthog } = require('posthog-js')
  await new Promise((loaded) =>
    posthog.init(token, {
      api_host: host,
      loaded,
      disable_external_dependency_loading: true,
      disable_surveys: true,
      request_batching: false,
      opt_out_useragent_filter: true, // the emulator calls itself one
      persistence: 'localStorage',
    }),
  )
  posthog.capture('js signed up', { js_plan: 'pro', js_seats: 5, js_trial: true })
  posthog.identify('js-1', { js_name: 'Ada' }, { js_first: 1 })
  posthog.group('company', 'acme', { js_employees: 11 })
  posthog.setPersonProperties({ js_colour: 'green' })
  posthog.getFeatureFlag('no-such-flag')
  await new Promise((done) => setTimeout(done, 3000))
  const failed = asked.filter((line) => !line.endsWith(' 200'))
  if (failed.length) complaints.push(...failed)
  if (!asked.some((line) => line.startsWith('POST /'))) complaints.push('nothing was sent')
}

main().then(
  () => {
    if (complaints.length) {
      process.stderr.write(`the SDK complained:\n${complaints.join('\n')}\nit asked:\n${asked.join('\n')}\n`)
      process.exit(1)
    }
    console.log('browser: content')
    process.exit(0)
  },
  (error) => {
    process.stderr.write(`${error.stack}\n`)
    process.exit(1)
  },
)
