import { DeliveryFailure } from '@countersign/access';
import { MailServer, type MailServerOptions } from '../../../test/fakes/mail-server.js';
import { MailClient } from './mail-client.js';
import { readMailSettings } from './settings.js';

let server: MailServer;
afterEach(() => server.stop());

/** Sends one mail to a server of that kind, by an address that carries that login. */
async function send(options: MailServerOptions, login = ''): Promise<void> {
  server = new MailServer(options);
  await server.start();
  const client = new MailClient(
    readMailSettings({
      smtpUrl: server.url.replace('://', `://${login}`),
      from: 'countersign@vendor.example',
      publicUrl: 'https://countersign.example',
      language: 'en',
    }),
  );
  await client.send(
    { to: 'ada@acme.example', messageId: '<a@b>', subject: 'Hello', text: 'Hello', html: '<p>Hello</p>' },
    AbortSignal.timeout(60_000),
  );
}

const failure = (sending: Promise<void>) =>
  sending.then(
    () => 'sent',
    (error: unknown) => error,
  );
const LOGIN = { user: 'countersign', pass: 'p@ss:word' };

describe('the mail client', () => {
  test('signs in with the login of the URL, escaped characters included', async () => {
    await send({ login: LOGIN }, 'countersign:p%40ss%3Aword@');
    expect(server.to('ada@acme.example')).toHaveLength(1);
  });

  test('P11: a refused sign-in is retried later, and its error repeats no secret', async () => {
    const error = (await failure(send({ login: LOGIN }, 'countersign:wrong@'))) as DeliveryFailure;
    expect(error).toBeInstanceOf(DeliveryFailure);
    expect(error).toMatchObject({ code: 'smtp_auth', final: false });
    expect(JSON.stringify(error) + error.message).not.toMatch(/wrong|countersign:/);
    expect(server.mails).toEqual([]);
  });

  test('if the server requires a sign-in that is not configured, the mail is retried later', async () => {
    expect(await failure(send({ login: LOGIN }))).toMatchObject({ code: 'smtp_530', final: false });
  });

  test('an untrusted certificate is refused, and nothing is sent', async () => {
    expect(await failure(send({ tls: true }, 'countersign:secret@'))).toMatchObject({
      code: 'smtp_tls',
      final: false,
    });
    expect(server.mails).toEqual([]);
  });
});
