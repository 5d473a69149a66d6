import { DeliveryFailure } from '@countersign/access';
import { MailServer, type MailServerOptions } from '../../../test/fakes/mail-server.js';
import { MailClient } from './mail-client.js';
import { readMailSettings } from './settings.js';

let server: MailServer;
let onRecipient: MailServer['onRecipient'];
beforeEach(() => {
  onRecipient = () => 'accept';
});
afterEach(() => server.stop());

/** Sends one mail to a server of that kind, by an address that carries that login. */
async function send(
  options: MailServerOptions,
  login = '',
  to: readonly string[] = ['ada@acme.example'],
): Promise<Map<string, DeliveryFailure>> {
  server = Object.assign(new MailServer(options), { onRecipient });
  await server.start();
  const client = new MailClient(
    readMailSettings({
      smtpUrl: server.url.replace('://', `://${login}`),
      from: 'countersign@vendor.example',
      publicUrl: 'https://countersign.example',
      language: 'en',
    }),
  );
  return client.send(
    { to, messageId: '<a@b>', subject: 'Hello', text: 'Hello', html: '<p>Hello</p>' },
    AbortSignal.timeout(60_000),
  );
}

const failure = (sending: Promise<unknown>) =>
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

  describe('a mail to several', () => {
    const ALL = ['ada@acme.example', 'Bob@Acme.example', 'cy@bücher.example'];
    const refusing = (answers: Record<string, number>) => {
      onRecipient = (address) => answers[address] ?? 'accept';
    };

    test('is sent once, and no one learns who else got it', async () => {
      expect(await send({}, '', ALL)).toEqual(new Map());
      expect(server.mails).toHaveLength(1);
      const [mail] = server.mails;
      expect(mail?.to).toHaveLength(3);
      expect(mail?.header('to')).toBe('"undisclosed-recipients":;');
      for (const name of ['ada', 'Bob', 'cy']) expect(mail?.raw).not.toContain(`${name}@`);
    });

    test('says for whom the server refused it, and whether for good', async () => {
      refusing({ 'Bob@acme.example': 550, 'cy@bücher.example': 452 });
      const refused = await send({}, '', ALL);
      expect([...refused].map(([address, { code, final }]) => [address, code, final])).toEqual([
        ['Bob@Acme.example', 'smtp_550', true],
        ['cy@bücher.example', 'smtp_452', false],
      ]);
      expect(server.mails.map(({ to }) => to)).toEqual([['ada@acme.example']]);
    });

    test('says so too if the server refused it for all, for some of them for good', async () => {
      refusing({ 'ada@acme.example': 550, 'Bob@acme.example': 450, 'cy@bücher.example': 550 });
      const refused = await send({}, '', ALL);
      expect([...refused.values()].map(({ final }) => final)).toEqual([true, false, true]);
      expect(server.mails).toEqual([]);
    });
  });
});
