import { createHash } from 'node:crypto';
import { HOME_POLICY, homePage } from './home-page.js';

const page = homePage({ publicUrl: 'https://broker.example', gatewayUrl: 'https://gw.example/"><script>' });

describe('the first page', () => {
  test('its one style is the one that its policy names; nothing else may load or run', () => {
    const [, style] = /<style>([\s\S]*)<\/style>/.exec(page)!;
    const hash = createHash('sha256').update(style!).digest('base64');
    expect(HOME_POLICY).toContain(`style-src 'sha256-${hash}'`);
    expect(HOME_POLICY).toMatch(/^default-src 'none'/);
    expect(page).not.toMatch(/<script|style=|<img|<link/);
  });

  test('settings are shown as text', () => {
    expect(page).toContain('https://broker.example');
    expect(page).not.toContain('"><script>');
  });
});
