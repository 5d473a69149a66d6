import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readDemoEnvironment } from '../environment.js';
import { applyOrganisation, organisationText, readOrganisation } from './organisation.js';

const PLACES = readDemoEnvironment({}, process.cwd());

describe('the demo’s organisation', () => {
  test('names data service, provider and secrets where they are, and changes nothing else', () => {
    const text = organisationText(PLACES);
    const moved = organisationText({
      serviceUrl: 'http://localhost:5200',
      identityUrl: 'http://localhost:5300',
      dataDir: '/else/where',
      ports: { gateway: 5100 },
    });
    expect(parse(moved).services[0].origin).toBe('http://billing.localhost:5100');
    expect(parse(moved).services[0].upstream).toBe('http://localhost:5200');
    expect(parse(moved).vendor.oidc).toEqual({
      issuer: 'http://localhost:5300',
      clientId: 'countersign',
      clientSecretFile: '/else/where/oidc-vendor',
    });
    const back = moved.replaceAll(':5', ':4').replaceAll('/else/where', './data');
    expect(parse(back)).toEqual(parse(text));
  });

  test('is valid, and has enough people for every decision that it requires', () => {
    const { vendor, tenants } = readOrganisation(organisationText(PLACES));
    for (const tenant of tenants) {
      const approvers = tenant.people.filter((person) => person.roles.includes('approver'));
      expect(approvers.length).toBeGreaterThan(tenant.privacyControls.approvals);
    }
    expect(vendor.staff.filter((person) => person.roles.includes('reviewer')).length).toBeGreaterThan(1);
    expect(tenants.map((tenant) => tenant.slug)).toEqual(['acme', 'globex', 'initech']);
  });

  test('a broken file is reported by its pointers', () => {
    expect(() => readOrganisation('vendor: 5')).toThrow(
      expect.objectContaining({ code: 'invalid_organisation' }),
    );
  });

  test('is applied when it has changed, and for a new database', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'demo-organisation-'));
    let runs = 0;
    const apply = (text: string, fresh = false) =>
      applyOrganisation(
        async () => {
          runs += 1;
        },
        dataDir,
        text,
        fresh,
      );
    await apply('a: 1');
    await apply('a: 1');
    expect(runs).toBe(1);
    await apply('a: 2');
    await apply('a: 2', true);
    expect(runs).toBe(3);
    const failing = async () => {
      throw new Error('refused');
    };
    await expect(applyOrganisation(failing, dataDir, 'a: 3', false)).rejects.toThrow('refused');
    await apply('a: 3');
    expect(runs).toBe(4);
    rmSync(dataDir, { recursive: true });
  });
});
