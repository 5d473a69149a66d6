export type {
  ActiveGrant,
  Call,
  CallClaims,
  CallRefusal,
  CallRefusalCode,
  CallStep,
  CallView,
  MatchedCall,
  PublishedRouteMap,
} from './call.js';
export { type CallDecision, callSteps, decideCall } from './decide-call.js';
export { REPEATED, repeatsParameter } from './route-steps.js';
