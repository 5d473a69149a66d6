import { readCliEnvironment } from '@countersign/config';
import { z } from 'zod';
import { Api } from '../api/client.js';
import { CliError } from '../runtime/cli-error.js';
import type { Answer, Context } from '../runtime/context.js';
import { storedLogin, storeLogin } from './credentials-file.js';

/** Ends the session at the broker and forgets it here. A key that was kept is forgotten: its host revokes it. */
export async function logout(context: Context): Promise<Answer> {
  const { brokerUrl, credentialsFile } = readCliEnvironment(context.io.env);
  const stored = storedLogin(credentialsFile, brokerUrl);
  if (stored === undefined || credentialsFile === null)
    throw new CliError('unauthenticated', `nobody is logged in at ${brokerUrl}`);
  const { credential, email } = stored;
  if (credential.startsWith('css_')) await endSession(new Api(brokerUrl, credential));
  storeLogin(credentialsFile, brokerUrl, undefined);
  return { document: { broker: brokerUrl, email }, text: `${email} is logged out at ${brokerUrl}.` };
}

/** One that is over already is as good as ended. */
async function endSession(api: Api): Promise<void> {
  try {
    await api.call('/api/v1/session', z.null(), { method: 'DELETE' });
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== 'unauthenticated') throw error;
  }
}
