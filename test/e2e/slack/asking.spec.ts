import { eventually } from '../../support/eventually.js';
import { SlackWorld } from './slack-world.js';

describe('asking in Slack', () => {
  let world: SlackWorld;
  beforeAll(async () => {
    world = await (await SlackWorld.start()).settle();
  });
  afterAll(() => world.close());

  /** The form that is open, once it says something. */
  const form = (who: SlackWorld['people']['erin'], holds: string) =>
    eventually(`a form that says ${holds}`, () =>
      who.view !== undefined && who.reads(who.view).includes(holds) ? who.view : null,
    );

  test('the form opens, searches among what there is, says what will be needed, and asks', async () => {
    const { erin } = world.people;
    const done = await erin.slash('/access');
    expect(done.acked).toBe(true);
    const view = await form(erin, 'Choose a customer');
    expect((await erin.suggest(view, 'tenant', 'corp')).length).toBeGreaterThan(1);
    expect(await erin.suggest(view, 'tenant', 'nobody')).toEqual([]);
    await erin.choose(view, 'tenant', 'acme');
    await erin.choose(view, 'what', ['every item of invoices']);
    const ready = await form(erin, 'What happens next');
    expect(erin.reads(ready)).toContain('One review at the vendor');
    expect(erin.reads(ready)).toContain('Low risk');
    await erin.submit(ready, { reason: 'Case 4711', objects: 'inv-1001' });
    expect(erin.reads(await form(erin, 'You have asked'))).toContain('It waits for the vendor’s review');
    const card = await world.card(world.reviews, 'Erin asks for access', world.people.max);
    const read = world.people.max.reads(card);
    expect(read).toContain('• invoices/inv-1001: read');
    expect(read).toContain('“Case 4711”');
  });
});
