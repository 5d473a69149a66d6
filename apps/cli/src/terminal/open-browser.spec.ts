import { browserCommand } from './open-browser.js';

const PLATFORMS = ['darwin', 'linux', 'win32'] as const;

test('a web address is opened with the command of the desktop', () => {
  const commands = PLATFORMS.map((platform) => browserCommand('https://billing.example/', platform));
  expect(commands.map(([command]) => command)).toEqual(['open', 'xdg-open', 'rundll32']);
  expect(commands.map((command) => command.at(-1))).toEqual(PLATFORMS.map(() => 'https://billing.example/'));
});

test.each(['file:///etc/passwd', 'calculator:', '/usr/bin/true', '--help', ' https://a.example', ''])(
  '%j is no web address, and is not opened',
  (url) => {
    expect(PLATFORMS.flatMap((platform) => browserCommand(url, platform))).toEqual([]);
  },
);
