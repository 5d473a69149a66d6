import { sessionEndpoints } from '@countersign/api';
import { readCliEnvironment } from '@countersign/config';
import { factSourceText, factText } from '@countersign/wording';
import { Api } from '../api/client.js';
import { fetchMe } from '../api/people.js';
import type { Answer, Context } from '../command/context.js';
import { CliError } from '../command/errors.js';
import { formatFacts } from '../terminal/text.js';
import { readStoredLogin, writeStoredLogin } from './credentials-file.js';

export async function whoami(context: Context): Promise<Answer> {
  const api = await context.api();
  const me = await fetchMe(api);
  return {
    document: me,
    text: formatFacts([
      ['name', `${me.name} <${me.email}>`],
      ['person', me.person],
      ['side', me.tenant === null ? 'vendor' : `customer ${me.tenant}`],
      ['roles', me.roles.join(', ')],
      ...(me.facts === undefined
        ? []
        : [
            [
              'facts',
              me.facts.map(
                ({ name, value, verified, since }) =>
                  `${factText(name, value, 'en')} – ${factSourceText({ verified }, 'en')}, since ${since}`,
              ),
            ] as const,
          ]),
      ['broker', api.origin],
    ]),
  };
}

/** Ends the session at the broker and forgets it here. An API key is only forgotten: its host revokes it. */
export async function logout(context: Context): Promise<Answer> {
  const { brokerUrl, credentialsFile } = readCliEnvironment(context.io.env);
  const stored = readStoredLogin(credentialsFile, brokerUrl);
  if (stored === undefined || credentialsFile === null)
    throw new CliError('unauthenticated', `no one is logged in at ${brokerUrl}`);
  const { credential, email } = stored;
  // Forget it first: then this computer no longer holds it, even if the broker cannot end the session.
  writeStoredLogin(credentialsFile, brokerUrl, undefined);
  if (!(await endSession(brokerUrl, credential)))
    context.note(
      `${brokerUrl} was not reached. The session is forgotten here, but stays active there until you end it (Account, Sessions) or it expires.`,
    );
  return { document: { broker: brokerUrl, email }, text: `${email} is logged out at ${brokerUrl}.` };
}

/**
 * Ends a credential's session at the broker. An API key has no session, and a session may be over already: both count as
 * ended.
 *
 * @returns false if the broker did not end it
 */
export async function endSession(broker: string, credential: string): Promise<boolean> {
  if (!credential.startsWith('css_')) return true;
  try {
    await new Api(broker, credential).call(sessionEndpoints.signOut);
    return true;
  } catch (error) {
    if (error instanceof CliError) return error.code === 'unauthenticated';
    throw error;
  }
}
