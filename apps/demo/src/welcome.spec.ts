import { readDemoEnvironment } from './environment.js';
import { organisationText, readOrganisation } from './operator/organisation.js';
import { welcomeText } from './welcome.js';

const organisation = readOrganisation(organisationText(readDemoEnvironment({}, process.cwd())));

describe('what npm start prints', () => {
  test('names every person, every URL, and what to try next', () => {
    const text = welcomeText(readDemoEnvironment({}, '/work'), organisation, '/work');
    for (const tenant of organisation.tenants)
      for (const person of tenant.people) expect(text).toContain(person.email);
    for (const port of [4000, 4100, 4200, 4300, 4400]) expect(text).toContain(`http://localhost:${port}`);
    expect(text).toContain('npx countersign tour');
    for (const link of [
      'vendor&returnTo=%2Fask%3Ftenant%3Dacme',
      'vendor&returnTo=%2Fqueue',
      'acme&returnTo=%2Finbox',
    ])
      expect(text).toContain(`http://localhost:4000/sign-in?tenant=${link}\n`);
    expect(text).not.toContain('export COUNTERSIGN_BROKER_URL');
  });

  test('says what to set if ports or folder are not the defaults', () => {
    const demo = readDemoEnvironment(
      { COUNTERSIGN_PORT: '5000', COUNTERSIGN_DATA_DIR: '/else/where' },
      '/work',
    );
    const text = welcomeText(demo, organisation, '/work');
    expect(text).toContain('export COUNTERSIGN_BROKER_URL=http://localhost:5000');
    expect(text).toContain('export COUNTERSIGN_DATA_DIR=/else/where');
  });
});
