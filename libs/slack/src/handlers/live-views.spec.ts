import type { ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import { loadingView } from '../messages/modals.js';
import { LiveViews } from './live-views.js';

/** A Slack that keeps one view and its hash, as the real one does. */
function client() {
  const shown: string[] = [];
  let edition = 0;
  const update = async ({ hash, view }: { hash: string; view: ModalView }) => {
    if (hash !== `h${edition}`)
      throw Object.assign(new Error('conflict'), { data: { error: 'hash_conflict' } });
    edition += 1;
    shown.push(view.title.text);
    return { view: { hash: `h${edition}` } };
  };
  return { shown, web: { views: { update } } as unknown as WebClient };
}

const V = { id: 'V1', hash: 'h0' };

function held(title: string) {
  let release = () => {};
  const made = new Promise<ModalView>((resolve) => {
    release = () => resolve(loadingView(title));
  });
  return { release, make: () => made };
}

test('of two that are looked up at once, the newest is shown whichever is ready first', async () => {
  for (const order of ['old first', 'new first']) {
    const { shown, web } = client();
    const live = new LiveViews();
    const [old, fresh] = [held('old'), held('new')];
    const both = [live.show(web, V, old.make), live.show(web, V, fresh.make)];
    for (const each of order === 'old first' ? [old, fresh] : [fresh, old]) each.release();
    await Promise.all(both);
    expect(shown).toEqual(['new']);
  }
});

test('an event that was sent before the last edition came builds on that edition', async () => {
  const { shown, web } = client();
  const live = new LiveViews();
  await live.show(web, V, async () => loadingView('one'));
  await live.show(web, V, async () => loadingView('two'));
  expect(shown).toEqual(['one', 'two']);
});

test('what another broker has shown meanwhile is not written over', async () => {
  const { shown, web } = client();
  await new LiveViews().show(web, V, async () => loadingView('theirs'));
  await new LiveViews().show(web, V, async () => loadingView('ours'));
  expect(shown).toEqual(['theirs']);
});

test('whatever else Slack says is not kept quiet', async () => {
  const web = { views: { update: async () => Promise.reject(new Error('down')) } } as unknown as WebClient;
  await expect(new LiveViews().show(web, V, async () => loadingView('one'))).rejects.toThrow('down');
});
