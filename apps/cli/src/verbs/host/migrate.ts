import { ensureBrokerKeys } from '@countersign/access';
import type { Answer, Context } from '../../runtime/context.js';
import { withStore } from './store.js';

/** Brings the schema up to date and makes the signing and feed keys where there are none. May be repeated. */
export function migrate(context: Context): Promise<Answer> {
  return withStore(context, { migrate: true }, async ({ deps, keyMaker, migrated }) => {
    await ensureBrokerKeys(deps, keyMaker);
    const document = { deployment: deps.store.deployment, applied: migrated };
    const did = migrated.length === 0 ? 'Nothing to do' : `Applied ${migrated.join(', ')}`;
    return { document, text: `${did}; deployment ${deps.store.deployment}.` };
  });
}
