import { readMessage } from './message.js';

const AT = '2026-11-24T15:00:00.000Z';

test('a mail of two parts has its text and its HTML, decoded', () => {
  const raw = [
    'Subject: =?UTF-8?Q?Freigegeben=3A_Zugriff_f=C3=BCr?= =?UTF-8?B?IEfDtnR6?=',
    'Content-Type: multipart/alternative;',
    ' boundary="--b"',
    '',
    '----b',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    'M=C3=BCller asks, and the line is =',
    'long.',
    '----b',
    'Content-Type: text/html; charset=utf-8',
    '',
    '<p>M&uuml;ller asks</p>',
    '----b--',
    '',
  ].join('\r\n');
  expect(readMessage(raw, 'gwen@globex.example', AT)).toEqual({
    to: 'gwen@globex.example',
    subject: 'Freigegeben: Zugriff für Götz',
    text: 'Müller asks, and the line is long.',
    html: '<p>M&uuml;ller asks</p>',
    at: AT,
  });
});

test('a plain one in base64', () => {
  const raw = `Subject: Hi\nContent-Transfer-Encoding: base64\n\n${Buffer.from('Grüße').toString('base64')}\n`;
  expect(readMessage(raw, 'a@b.example', AT)).toMatchObject({ subject: 'Hi', text: 'Grüße', html: null });
});
