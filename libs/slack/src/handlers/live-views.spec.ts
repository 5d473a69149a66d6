import type { ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import { loadingView } from '../messages/modals.js';
import { LiveForms } from './live-views.js';

/** A fake Slack that keeps one view and its hash, as the real one does. */
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

function slowView(title: string) {
  let release = () => {};
  const view = new Promise<ModalView>((resolve) => {
    release = () => resolve(loadingView('en', title));
  });
  return { release, make: () => view };
}

test('of two overlapping updates, only the newer is shown, whichever is ready first', async () => {
  for (const order of ['old first', 'new first']) {
    const { shown, web } = client();
    const live = new LiveForms();
    const [old, fresh] = [slowView('old'), slowView('new')];
    const both = [live.show(web, V, old.make), live.show(web, V, fresh.make)];
    for (const each of order === 'old first' ? [old, fresh] : [fresh, old]) each.release();
    await Promise.all(both);
    expect(shown).toEqual(['new']);
  }
});

test('an update with an old hash uses the hash of the last version that we showed', async () => {
  const { shown, web } = client();
  const live = new LiveForms();
  await live.show(web, V, async () => loadingView('en', 'one'));
  await live.show(web, V, async () => loadingView('en', 'two'));
  expect(shown).toEqual(['one', 'two']);
});

test('a version that another broker has shown meanwhile is not overwritten', async () => {
  const { shown, web } = client();
  await new LiveForms().show(web, V, async () => loadingView('en', 'theirs'));
  await new LiveForms().show(web, V, async () => loadingView('en', 'ours'));
  expect(shown).toEqual(['theirs']);
});

test('any other error of Slack is thrown', async () => {
  const web = { views: { update: async () => Promise.reject(new Error('down')) } } as unknown as WebClient;
  await expect(new LiveForms().show(web, V, async () => loadingView('en', 'one'))).rejects.toThrow('down');
});
