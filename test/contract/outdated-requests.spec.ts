import { getPrivacyControls, type Principal, setPrivacyControls } from '@countersign/access';
import { describeOn } from './support/describe-store.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

describeOn('SQLite', 'open requests that a change of the controls outdates', (bench) => {
  let flow: Workflow;
  let erin: Principal;
  let ada: Principal;

  beforeEach(async () => {
    flow = await startWorkflow(bench.store);
    erin = await flow.as('erin@northwind.example');
    ada = await flow.as('ada@acme.example');
  });

  async function limitDuration(seconds: number): Promise<void> {
    const { version, controls } = await getPrivacyControls(flow.deps, ada, 'acme');
    await setPrivacyControls(flow.deps, ada, 'acme', version, () => ({ ...controls, maxDuration: seconds }));
  }

  const notified = async () =>
    (await bench.store.readAsVendor((unit) => unit.outbox.after('', 1_000)))
      .filter(({ kind }) => kind === 'request.outdated')
      .map(({ subject }) => subject);

  test('each is notified once, by the change that outdates it', async () => {
    const { request: long } = await flow.ask(erin, { seconds: 3_600 });
    const { request: short } = await flow.ask(erin, { seconds: 600 });
    await limitDuration(1_800);
    expect(await notified()).toEqual([long.id]);
    await limitDuration(300);
    expect(await notified()).toEqual([long.id, short.id]);
  });

  test('one whose evaluation throws does not keep the customer from tightening its controls', async () => {
    const { request: broken } = await flow.ask(erin, { seconds: 3_600 });
    const { request: sound } = await flow.ask(erin, { seconds: 3_600 });
    await bench.store.forTenant('acme', async (unit) => {
      const stored = await unit.requests.find(broken.id);
      if (stored === null) throw new Error('the request is gone');
      // Needs that no version has written.
      await unit.requests.update({ ...stored, version: stored.version + 1, needs: {} as never });
    });
    await limitDuration(7_200);
    await limitDuration(1_800);
    expect((await getPrivacyControls(flow.deps, ada, 'acme')).controls.maxDuration).toBe(1_800);
    expect(await notified()).toEqual([sound.id]);
  });
});
