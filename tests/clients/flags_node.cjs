// Evaluates the flags of a project with the Node SDK: argument 1 is the server, 2 the project token, 3 a project secret key,
// 4 a file with people, 5 the file for their values and payloads.
const { readFileSync, writeFileSync } = require('node:fs')
const { PostHog } = require('posthog-node')

const [host, token, secret, input, output] = process.argv.slice(2)

async function main() {
  const client = new PostHog(token, { host, personalApiKey: secret })
  client.on('error', (error) => console.error(`error event: ${error}`))
  if (!(await client.waitForLocalEvaluationReady())) throw new Error('the flags were not loaded')
  const found = []
  for (const person of JSON.parse(readFileSync(input, 'utf8'))) {
    const { featureFlags, featureFlagPayloads } = await client.getAllFlagsAndPayloads(person.distinct_id, {
      groups: person.groups,
      personProperties: person.person_properties,
      groupProperties: person.group_properties,
      onlyEvaluateLocally: true,
    })
    found.push([featureFlags, featureFlagPayloads])
  }
  writeFileSync(output, JSON.stringify(found))
  await client.shutdown()
}

main().then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(`${error.stack}\n`)
    process.exit(1)
  },
)
