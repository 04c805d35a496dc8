// An application with the Node SDK: argument 1 is the server, 2 the project token, 3 a project secret key.
// Ends with an error when the SDK logs a warning or reports that something failed.
const { PostHog } = require('posthog-node')

const [host, token, secret] = process.argv.slice(2)
const complaints = []
for (const kind of ['warn', 'error']) {
  console[kind] = (...words) => complaints.push(words.map(String).join(' '))
}

async function main() {
  const client = new PostHog(token, { host, personalApiKey: secret, flushAt: 3 })
  client.on('error', (error) => complaints.push(`error event: ${error}`))
  client.capture({
    distinctId: 'node-1',
    event: 'node signed up',
    properties: { node_plan: 'pro', node_seats: 5, node_trial: false, node_started_at: new Date().toISOString() },
    groups: { company: 'acme' },
  })
  client.identify({ distinctId: 'node-1', properties: { $set: { node_name: 'Ada' }, $set_once: { node_first: 1 } } })
  client.groupIdentify({ groupType: 'company', groupKey: 'acme', properties: { node_employees: 11 } })
  client.alias({ distinctId: 'node-1', alias: 'node-anonymous' })
  client.captureAi({
    distinctId: 'node-1',
    event: '$ai_generation',
    properties: { $ai_model: 'small-1', $ai_input_tokens: 12, node_prompt: 'p'.repeat(2_000_000) },
  })
  client.metrics.count('node.jobs', 1, { attributes: { queue: 'default' } })
  client.logger.info('a line worth keeping', { node_order: 'ord-1' })
  const flags = await client.evaluateFlags('node-1')
  flags.getFlag('no-such-flag')
  await client.getAllFlags('node-1')
  await client.reloadFeatureFlags()
  client.captureException(new Error('an exception worth telling'), 'node-1')
  await client.shutdown()

  process.env.POSTHOG_CAPTURE_MODE = 'v1'
  const newer = new PostHog(token, { host })
  newer.on('error', (error) => complaints.push(`error event: ${error}`))
  newer.capture({ distinctId: 'node-2', event: 'node newer', properties: { node_newer: true } })
  await newer.shutdown()
}

main().then(
  () => {
    if (complaints.length) {
      process.stderr.write(`the SDK complained:\n${complaints.join('\n')}\n`)
      process.exit(1)
    }
    process.exit(0)
  },
  (error) => {
    process.stderr.write(`${error.stack}\n`)
    process.exit(1)
  },
)
