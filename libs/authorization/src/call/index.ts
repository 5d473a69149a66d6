export type {
  ActiveGrant,
  Call,
  CallRefusal,
  CallView,
  MatchedCall,
  PublishedRouteMap,
} from './call.js';
export { decideCall } from './decide-call.js';
export { REPEATED, repeatsParameter } from './route-steps.js';
