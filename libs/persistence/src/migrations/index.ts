import { Initial1795000000000 } from './1795000000000-initial.js';
import { Workflow1795100000000 } from './1795100000000-workflow.js';
import { Deliveries1797000000000 } from './1797000000000-deliveries.js';
import { Invitations1798000000000 } from './1798000000000-invitations.js';
import { Scale1798200000000 } from './1798200000000-scale.js';
import { GatewayPresence1798300000000 } from './1798300000000-gateway-presence.js';
import { InTouch1798400000000 } from './1798400000000-in-touch.js';
import { SignIn1798500000000 } from './1798500000000-sign-in.js';
import { Trust1798600000000 } from './1798600000000-trust.js';
import { Slack1798700000000 } from './1798700000000-slack.js';
import { TrustResets1798710000000 } from './1798710000000-trust-resets.js';
import { RelayedStops1798800000000 } from './1798800000000-relayed-stops.js';

/** In the order in which they run. */
export const MIGRATIONS = [
  Initial1795000000000,
  Workflow1795100000000,
  Deliveries1797000000000,
  Invitations1798000000000,
  Scale1798200000000,
  GatewayPresence1798300000000,
  InTouch1798400000000,
  SignIn1798500000000,
  Trust1798600000000,
  Slack1798700000000,
  TrustResets1798710000000,
  RelayedStops1798800000000,
];
