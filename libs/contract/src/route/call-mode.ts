/**
 * Who passes an allowed call on to the data service. `gateway`: the gateway itself. `authz`: a proxy that asked the gateway.
 * `middleware`: no one, because the call is at the service already, whose middleware asked the gateway. In the last two the
 * gateway sees neither the body nor the response.
 */
export const CALL_MODES = ['gateway', 'authz', 'middleware'] as const;
export type CallMode = (typeof CALL_MODES)[number];
