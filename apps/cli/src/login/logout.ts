import { readCliEnvironment } from '@countersign/config';
import { CliError } from '../runtime/cli-error.js';
import type { Answer, Context } from '../runtime/context.js';
import { storedLogin, storeLogin } from './credentials-file.js';
import { endSessionOf } from './end-session.js';

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
