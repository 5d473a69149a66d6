import { BACKGROUND_HEADER } from '@countersign/contract';
import createClient from 'openapi-fetch';
import type { components, paths } from './schema.js';

const IDLE_AFTER_MS = 60_000;
const USER_EVENTS = ['pointerdown', 'keydown', 'wheel', 'touchmove', 'visibilitychange'] as const;

// Opening the page counts as activity.
let lastActiveAt = Date.now();
for (const event of USER_EVENTS)
  document.addEventListener(
    event,
    () => {
      lastActiveAt = Date.now();
    },
    { capture: true, passive: true },
  );

/** The API of the broker that served this page. The browser sends the session cookie. */
export const api = createClient<paths>({ baseUrl: location.origin, credentials: 'same-origin' });

// Pages refetch by themselves. Without this header, an unattended page would keep its session from expiring.
api.use({
  onRequest({ request }) {
    const isUserActive = Date.now() - lastActiveAt < IDLE_AFTER_MS;
    if (!isUserActive) request.headers.set(BACKGROUND_HEADER, '1');
  },
});

type Schemas = components['schemas'];
export type AccessRequest = Schemas['AccessRequest'];
export type AccessRequestDetail = Schemas['AccessRequestDetail'];
export type AccessRecord = Schemas['AccessRecord'];
export type Ask = Schemas['Ask'];
export type Grant = Schemas['Grant'];
export type Needs = Schemas['Needs'];
export type Passkey = Schemas['Passkey'];
export type Problem = Schemas['Problem'];
export type ProposedControls = Schemas['ProposedControls'];
export type Review = Schemas['Review'];
export type Service = Schemas['Service'];
export type Stop = Schemas['Stop'];
export type TenantPerson = Schemas['TenantPerson'];
export type TenantPersonBody = Schemas['TenantPersonBody'];
export type Trust = Schemas['Trust'];
export type TrustProposal = Schemas['TrustProposal'];
