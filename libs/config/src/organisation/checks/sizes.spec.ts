import { encodeLeaf } from '@countersign/audit-log';
import { parse, stringify } from 'yaml';
import { EXAMPLE } from '../../../test/example-organisation.js';
import { parseOrganisation } from '../parse-organisation.js';
import { parsePrivacyControls } from '../privacy-controls.js';

const FACTS = { services: ['billing'], approvers: [[], []] };
/** Controls that forbid so many resources, each at most about 100 bytes of JSON. */
const forbidding = (count: number) => ({
  approvals: 1,
  forbid: Array.from({ length: count }, (_, index) => ({
    service: 'billing',
    resource: `archive/of-a-name-that-says-something/${index}/**`,
    actions: ['*'],
  })),
});
const fileWith = (change: (file: ReturnType<typeof parse>) => void) => {
  const file = parse(EXAMPLE);
  change(file);
  return stringify(file);
};
const problemsOf = (text: string) =>
  (parseOrganisation(text, () => true).problems ?? []).map(({ pointer }) => pointer);
const leafOf = (data: Record<string, unknown>) =>
  encodeLeaf({
    v: 1,
    type: 'tenant.change',
    at: '2026-11-24T15:00:00Z',
    tenant: 'acme',
    seq: 10 ** 9,
    actor: 'host',
    data,
    commitments: {},
  });

describe('what the log has room for', () => {
  test('the longest controls that are let through fit a leaf beside others of their length', () => {
    let [fits, exceeds] = [0, 400];
    while (exceeds - fits > 1) {
      const middle = Math.floor((fits + exceeds) / 2);
      if ('controls' in parsePrivacyControls(forbidding(middle), FACTS)) fits = middle;
      else exceeds = middle;
    }
    const longest = parsePrivacyControls(forbidding(fits), FACTS);
    if (!('controls' in longest)) throw new Error('they were let through before');
    const bytes = leafOf({
      tenant: 'a'.repeat(63),
      before: longest.controls,
      after: longest.controls,
    }).length;
    expect(bytes).toBeGreaterThan(49_000);
    expect(bytes).toBeLessThanOrEqual(60_000);
  });

  test.each([
    ['forbid', forbidding(400)],
    [
      'countersign',
      { countersign: Array.from({ length: 1_000 }, (_, index) => `an-action-of-some-length-${index}`) },
    ],
  ])(
    'controls beyond that are refused at their longest member, %s, in the file and alone',
    (member, controls) => {
      expect(parsePrivacyControls(controls, FACTS)).toEqual({
        problems: [{ pointer: `/${member}`, detail: expect.stringMatching(/the log has room for 25000$/) }],
      });
      const text = fileWith(({ tenants }) => Object.assign(tenants[0].privacyControls, controls));
      expect(problemsOf(text)).toEqual([`/tenants/0/privacyControls/${member}`]);
    },
  );

  test('an access policy beyond that is refused at its rules', () => {
    const withRules = (count: number) =>
      fileWith(({ accessPolicy }) => {
        accessPolicy.rules = Array.from({ length: count }, (_, index) => ({
          services: ['billing'],
          actions: ['read', 'list', `an-action-of-some-length-that-says-what-it-does-${index}`],
          hours: {
            days: ['mon', 'tue', 'wed', 'thu', 'fri'],
            from: '08:00',
            to: '18:00',
            zone: 'Europe/Berlin',
          },
        }));
      });
    expect(problemsOf(withRules(80))).toEqual([]);
    expect(problemsOf(withRules(160))).toEqual(['/accessPolicy/rules']);
  });

  test('a file without an access policy is held against all the rules, too', () => {
    const text = fileWith((file) => {
      delete file.accessPolicy;
      Object.assign(file.tenants[0].privacyControls, forbidding(400));
    });
    expect(problemsOf(text)).toEqual(['/tenants/0/privacyControls/forbid']);
  });

  test('the vendor’s sign-in that no leaf has room for is refused, beside a policy sooner', () => {
    const withGroups = (count: number, rules = 0) =>
      fileWith((file) => {
        file.vendor.oidc = {
          issuer: 'https://id.vendor.example',
          clientId: 'countersign',
          clientSecretFile: '/secret',
          groups: {
            claim: 'groups',
            roles: Object.fromEntries(
              Array.from({ length: count }, (_, index) => [`a-group-of-the-vendor-${index}`, ['engineer']]),
            ),
          },
        };
        if (rules > 0)
          file.accessPolicy.rules = Array.from({ length: rules }, (_, index) => ({
            services: ['billing'],
            actions: [`an-action-of-some-length-that-says-what-it-does-${index}`],
          }));
      });
    expect(problemsOf(withGroups(500))).toEqual([]);
    expect(problemsOf(withGroups(1_000))).toEqual(['/vendor/oidc']);
    expect(problemsOf(withGroups(500, 150))).toEqual(['/vendor/oidc']);
    let fits = 500;
    for (let step = 256; step >= 4; step /= 2)
      if (problemsOf(withGroups(fits + step)).length === 0) fits += step;
    const { organisation } = parseOrganisation(withGroups(fits), () => true);
    if (organisation === undefined) throw new Error('it was let through before');
    const { name, oidc } = organisation.vendor;
    const said = { name, oidc, webhooks: [], policy: organisation.accessPolicy };
    const bytes = leafOf({ before: said, after: said }).length;
    expect(bytes).toBeGreaterThan(55_000);
    expect(bytes).toBeLessThanOrEqual(60_000);
  });

  test('a service whose map fills more than a leaf is refused at its routes', () => {
    const withRoutes = (count: number) =>
      fileWith(({ services }) => {
        services[0].routes.push(
          ...Array.from({ length: count }, (_, index) => ({
            method: 'GET',
            path: `/tenants/{tenant}/reports-of-the-year/${index}`,
            resource: `reports-of-the-year/${index}`,
            action: 'read',
          })),
        );
      });
    expect(problemsOf(withRoutes(300))).toEqual([]);
    expect(problemsOf(withRoutes(600))).toEqual(['/services/0/routes']);
  });
});
