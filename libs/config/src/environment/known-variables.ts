import { brokerShape } from './broker.js';
import { cliShape } from './cli.js';
import { gatewayShape } from './gateway.js';
import { rotationShape } from './store.js';

/** Every variable that some program of this package reads, without the `_FILE` forms. */
export const KNOWN_VARIABLES: ReadonlySet<string> = new Set([
  ...Object.keys(brokerShape),
  ...Object.keys(gatewayShape),
  ...Object.keys(cliShape),
  ...Object.keys(rotationShape),
  'COUNTERSIGN_DEMO_SERVICE_PORT',
  'COUNTERSIGN_DEMO_OIDC_PORT',
  'COUNTERSIGN_DEMO_MAIL_PORT',
  'COUNTERSIGN_DEMO_SMTP_PORT',
]);
