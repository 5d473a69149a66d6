/**
 * Lints the OpenAPI document of the built broker with Redocly and Spectral. Any finding fails.
 *
 * Usage: node lint.mjs
 */
import { createConfig, lintFromString } from '@redocly/openapi-core';
import spectral from '@stoplight/spectral-core';
import rulesets from '@stoplight/spectral-rulesets';
import { CONTROLLERS } from '../../dist/apps/broker/src/broker.module.js';
import { openApiDocument } from '../../dist/apps/broker/src/openapi/document.js';
import { routesOf } from '../../dist/apps/broker/src/openapi/routes.js';

const source = JSON.stringify(openApiDocument(CONTROLLERS.flatMap((controller) => routesOf(controller))));

const config = await createConfig({
  extends: ['recommended'],
  // Some addresses answer by a redirect alone, where browsers come back from a provider or from Slack.
  rules: { 'operation-2xx-response': 'off' },
});
const found = (await lintFromString({ source, config, absoluteRef: 'openapi.json' })).map(
  ({ ruleId, message, location }) => `redocly ${ruleId} ${location[0]?.pointer ?? ''}: ${message}`,
);

const linter = new spectral.Spectral();
linter.setRuleset({
  extends: [[rulesets.oas, 'all']],
  rules: {
    // Tags stand in the order in which a reader needs them, and each broker has an operator of its own.
    'openapi-tags-alphabetical': 'off',
    'contact-properties': 'off',
  },
});
for (const { code, message, path } of await linter.run(JSON.parse(source)))
  found.push(`spectral ${code} ${path.join('/')}: ${message}`);

for (const line of found) process.stderr.write(`${line}\n`);
if (found.length > 0) process.exit(1);
