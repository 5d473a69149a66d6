import { readMailSettings } from './settings.js';

const settingsFor = (smtpUrl: string) =>
  readMailSettings({
    ...{ smtpUrl, from: 'countersign@vendor.example', publicUrl: 'https://countersign.example' },
    language: 'en',
  });

test.each(['localhost', '127.0.0.1', '127.8.9.10', '[::1]'])('%s may be used without TLS', (host) => {
  expect(settingsFor(`smtp://${host}:2525`).requireTls).toBe(false);
});

test.each(['127.mail.example', '127.0.0.1.mail.example', '127.0.0.999', 'localhost.example', 'mail.example'])(
  '%s is not an address of this machine, so STARTTLS is required',
  (host) => {
    expect(settingsFor(`smtp://u:p@${host}:2525`)).toMatchObject({ host, requireTls: true });
  },
);
