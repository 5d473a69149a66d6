import { readCliEnvironment } from '@countersign/config';
import { z } from 'zod';
import { Api } from '../api/client.js';
import { meShape } from '../api/shapes.js';
import type { Answer, Context } from '../command/context.js';
import { CliError } from '../command/errors.js';
import { facts } from '../terminal/text.js';
import { storedLogin, storeLogin } from './credentials-file.js';

/**
 * Ends what a credential stands for at the broker, where it is a session. One that is over already is as good as
 * ended; so is a key, which only its host revokes.
 *
 * @returns false where the broker did not do it
 */
export async function endSessionOf(broker: string, credential: string): Promise<boolean> {
  if (!credential.startsWith('css_')) return true;
  try {
    await new Api(broker, credential).call('/api/v1/session', z.null(), { method: 'DELETE' });
    return true;
  } catch (error) {
    if (error instanceof CliError) return error.code === 'unauthenticated';
    throw error;
  }
}

/** Ends the session at the broker and forgets it here. A key that was kept is forgotten: its host revokes it. */
export async function logout(context: Context): Promise<Answer> {
  const { brokerUrl, credentialsFile } = readCliEnvironment(context.io.env);
  const stored = storedLogin(credentialsFile, brokerUrl);
  if (stored === undefined || credentialsFile === null)
    throw new CliError('unauthenticated', `nobody is logged in at ${brokerUrl}`);
  const { credential, email } = stored;
  // Forgotten first: whatever becomes of the session, this computer does not hold it any more.
  storeLogin(credentialsFile, brokerUrl, undefined);
  if (!(await endSessionOf(brokerUrl, credential)))
    context.note(
      `${brokerUrl} was not reached: the session is forgotten here and stands there until you end it (Account, Sessions) or its time is over.`,
    );
  return { document: { broker: brokerUrl, email }, text: `${email} is logged out at ${brokerUrl}.` };
}

export async function whoami(context: Context): Promise<Answer> {
  const api = context.api();
  const me = await api.call('/api/v1/whoami', meShape);
  return {
    document: me,
    text: facts([
      ['name', `${me.name} <${me.email}>`],
      ['person', me.person],
      ['side', me.tenant === null ? 'vendor' : `customer ${me.tenant}`],
      ['roles', me.roles.join(', ')],
      ['broker', api.origin],
    ]),
  };
}
