import { BACKGROUND_HEADER } from '@countersign/contract';
import createClient from 'openapi-fetch';
import { isAttended } from './attended.js';
import type { components, paths } from './schema.js';

/** The broker that served this page; the session's cookie goes along. */
export const api = createClient<paths>({ baseUrl: location.origin, credentials: 'same-origin' });

// Pages read again by themselves; a session idles all the same once nobody is there.
api.use({
  onRequest({ request }) {
    if (!isAttended()) request.headers.set(BACKGROUND_HEADER, '1');
  },
});

type Schemas = components['schemas'];
export type AccessRequest = Schemas['AccessRequest'];
export type AccessRequestDetail = Schemas['AccessRequestDetail'];
export type AccessRecord = Schemas['AccessRecord'];
export type Ask = Schemas['Ask'];
export type Grant = Schemas['Grant'];
export type Needs = Schemas['Needs'];
export type Review = Schemas['Review'];
export type Service = Schemas['Service'];
