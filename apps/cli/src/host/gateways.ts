import { enrolGateway, type GatewayBinding, revokeGateway as revokeEnrolment } from '@countersign/access';
import { readHostEnvironment } from '@countersign/config';
import { encodeGatewayCredential, FORMS, findSkew, parseForms } from '@countersign/gateway-protocol';
import type { Answer, Context } from '../command/context.js';
import { CliError, usageError } from '../command/errors.js';
import { parseSlug } from '../command/flags.js';
import { formatTable } from '../terminal/text.js';
import { withStore } from './database.js';

const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,62}$/u;

/** What the gateway may serve; an absent list means everything. */
export interface EnrollOptions {
  service?: readonly string[];
  tenant?: readonly string[];
}

const namesOf = (flag: string, names: readonly string[] | undefined): string[] | null =>
  names === undefined ? null : [...new Set(names.map((name) => parseSlug(flag, name)))].toSorted();

/** Enrols a gateway. The credential names the broker by its public URL, which the gateway must reach. */
export async function enrollGateway(context: Context, name: string, options: EnrollOptions): Promise<Answer> {
  if (!NAME.test(name))
    throw usageError('a gateway name has at most 63 letters, digits, spaces and the characters . _ -');
  const binding: GatewayBinding = {
    services: namesOf('--service', options.service),
    tenants: namesOf('--tenant', options.tenant),
  };
  const broker = readHostEnvironment(context.io.env).publicUrl;
  const enrolled = await withStore(context, {}, async ({ deps }) => ({
    ...(await enrolGateway(deps, name, binding)),
    deployment: deps.store.deployment,
  }));
  const feedKey = enrolled.feedKey['x'];
  if (typeof feedKey !== 'string') throw new CliError('internal', 'the feed key is not an Ed25519 key');
  const { id, secret, deployment } = enrolled;
  const credential = encodeGatewayCredential({ gateway: id, secret, broker, deployment, feedKey });
  if (!context.json) {
    context.note(
      `${id} ("${name}") may connect to ${broker}. Its credential is shown this once; give it to the`,
    );
    context.note('gateway as COUNTERSIGN_GATEWAY_CREDENTIAL or in a file of mode 0600 (…_CREDENTIAL_FILE).');
    context.note(`It serves ${servedBy(binding)}.`);
  }
  return { document: { id, name, credential }, text: credential };
}

const listOf = (what: string, names: readonly string[] | null): string =>
  names === null ? `all ${what}` : names.join(', ');

/** In words: `billing · all tenants`. */
const servedBy = ({ services, tenants }: GatewayBinding): string =>
  `${listOf('services', services)} · ${listOf('tenants', tenants)}`;

/** The version, and whether brokers of this command's version refuse it. */
function versionText({ version, forms }: { version: string | null; forms: string | null }): string {
  if (version === null) return '–';
  return findSkew(FORMS, parseForms(forms ?? '')) === undefined ? version : `${version} (unsupported_form)`;
}

export async function listGateways(context: Context): Promise<Answer> {
  const gateways = await withStore(context, {}, ({ deps }) =>
    deps.store.gateways.read((unit) => unit.gateways.list()),
  );
  const items = gateways.map(
    ({ id, name, services, tenants, publicKey, createdAt, revokedAt, version, forms }) => ({
      ...{ id, name, services, tenants, publicKey, createdAt, revokedAt, version, forms },
    }),
  );
  const state = ({ publicKey, revokedAt }: (typeof items)[number]): string => {
    if (revokedAt !== null) return 'revoked';
    return publicKey === null ? 'enrolled, never connected' : 'enrolled';
  };
  const rows = items.map((gateway) => {
    const { id, name, createdAt } = gateway;
    return [id, name, state(gateway), versionText(gateway), servedBy(gateway), createdAt];
  });
  return {
    document: { items, next: null },
    text:
      rows.length === 0
        ? 'No gateways.'
        : formatTable(['ID', 'NAME', 'STATE', 'VERSION', 'SERVES', 'SINCE'], rows),
  };
}

/** By id, or by the name of an enrolled gateway. The name of a revoked gateway may have been given again. */
export async function revokeGateway(context: Context, idOrName: string): Promise<Answer> {
  const id = await withStore(context, {}, async ({ deps }) => {
    const gateways = await deps.store.gateways.read((unit) => unit.gateways.list());
    const gateway =
      gateways.find((each) => each.id === idOrName) ??
      gateways.find(({ name, revokedAt }) => name === idOrName && revokedAt === null);
    const found = gateway?.id ?? idOrName;
    await revokeEnrolment(deps, found);
    return found;
  });
  return { document: { id, revoked: true }, text: `${id} is revoked; it is disconnected at once.` };
}
