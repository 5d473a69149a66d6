import {
  grantEndpoints,
  invitationEndpoints,
  lockEndpoints,
  requestEndpoints,
  serviceEndpoints,
  tenantEndpoints,
} from '@countersign/api';
import type { Api } from '../api/client.js';
import { openApi } from '../api/open-api.js';
import { fetchMe } from '../api/people.js';
import type { Listed } from './choices.js';
import type { Answer, Context } from './context.js';

/** Short, because a person has pressed a key and waits for the shell. */
const TIMEOUT_MS = 2_000;
const NEWEST = new URLSearchParams({ limit: '20' });

interface Value {
  value: string;
  /** What it stands for. */
  about: string;
}

const LISTS: Readonly<Record<Listed, (api: Api) => Promise<Value[]>>> = {
  grants: async (api) =>
    (await api.call(grantEndpoints.list, { query: NEWEST })).items.map(({ id, service, tenant, access }) => ({
      value: id,
      about: `${service} of ${tenant}, ${access}`,
    })),
  requests: async (api) =>
    (await api.call(requestEndpoints.list, { query: NEWEST })).items.map(
      ({ id, service, tenant, state }) => ({
        value: id,
        about: `${service} of ${tenant}, ${state}`,
      }),
    ),
  invitations: async (api) => {
    const { tenant } = await fetchMe(api);
    if (tenant === null) return [];
    const params = { slug: tenant };
    const { items } = await api.call(invitationEndpoints.list, { params, query: NEWEST });
    return items.map(({ id, service, state }) => ({ value: id, about: `${service}, ${state}` }));
  },
  locks: async (api) =>
    (await api.call(lockEndpoints.list, { query: NEWEST })).items.map(({ id, kind, name }) => ({
      value: id,
      about: `${kind} ${name}`,
    })),
  tenants: async (api) =>
    (await api.call(tenantEndpoints.names)).tenants.map(({ slug, name }) => ({ value: slug, about: name })),
  services: async (api) =>
    (await api.call(serviceEndpoints.list)).items.map(({ name }) => ({ value: name, about: '' })),
  zones: () => Promise.resolve(Intl.supportedValuesOf('timeZone').map((value) => ({ value, about: '' }))),
};

/** A shell expands what a completion script offers. So a value with any other character is left out, whatever the broker answers. */
const HARMLESS = /^[\w./:+-]+$/;

/**
 * Prints values for a completion script, one a line.
 *
 * @param withAbout adds what each of them stands for, after a tab
 * @throws CliError as `Api.call`; the script hides it
 */
export async function printListedValues(context: Context, list: Listed, withAbout: boolean): Promise<Answer> {
  const api = openApi(context.io.env, TIMEOUT_MS);
  const values = (await LISTS[list](api)).filter(({ value }) => HARMLESS.test(value));
  const text = values
    .map(({ value, about }) => (withAbout && about !== '' ? `${value}\t${oneLine(about)}` : value))
    .join('\n');
  return { document: { values }, text };
}

const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
