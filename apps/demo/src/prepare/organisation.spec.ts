import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { applyOrganisation, organisationText, readOrganisation } from './organisation.js';

describe('the demo’s organisation', () => {
  test('names the data service where it listens, and changes nothing else', () => {
    const text = organisationText('http://localhost:4200');
    const moved = organisationText('http://localhost:5200');
    expect(parse(moved).services[0].upstream).toBe('http://localhost:5200');
    expect(parse(moved.replaceAll('5200', '4200'))).toEqual(parse(text));
  });

  test('is valid, and has enough people for every decision that it demands', () => {
    const { vendor, tenants } = readOrganisation(organisationText('http://localhost:4200'));
    for (const tenant of tenants) {
      const approvers = tenant.people.filter((person) => person.roles.includes('approver'));
      expect(approvers.length).toBeGreaterThan(tenant.privacyControls.approvals);
    }
    expect(vendor.staff.filter((person) => person.roles.includes('reviewer')).length).toBeGreaterThan(1);
    expect(tenants.map((tenant) => tenant.slug)).toEqual(['acme', 'globex', 'initech']);
  });

  test('a broken file is told by its pointers', () => {
    expect(() => readOrganisation('vendor: 5')).toThrow(
      expect.objectContaining({ code: 'invalid_organisation' }),
    );
  });

  test('is applied when it has changed, and for a fresh store', async () => {
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
