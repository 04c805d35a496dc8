// An application with the oldest Node SDK: argument 1 is the server, 2 the project token.
// Ends with an error when the SDK reports that something failed.
const PostHog = require('posthog-node-oldest')

const [host, token] = process.argv.slice(2)
const client = new PostHog(token, { host, flushAt: 3 })
const failed = (error) => {
  if (!error) return
  process.stderr.write(`the SDK complained: ${error.message}\n`)
  process.exitCode = 1
}
client.capture({ distinctId: 'node-1', event: 'node signed up', properties: { node_plan: 'pro', node_seats: 5, node_trial: false } }, failed)
client.identify({ distinctId: 'node-1', properties: { node_name: 'Ada' } }, failed)
client.alias({ distinctId: 'node-1', alias: 'node-anonymous' }, failed)
client.flush(failed)
