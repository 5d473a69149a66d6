import { pickLanguage, sha256Digest } from '@countersign/contract';
import { PasskeyProblem, type PasskeyReason, passkeyTexts } from '../passkey/passkey-problem.js';
import { withHashing } from '../passkey/web-hashing.js';
import { Channel } from './channel.js';
import { fetchConfig } from './config.js';
import { readRequest, type SigningRequest } from './protocol.js';
import { signingTexts } from './signing.text.js';
import { buildStep, type Step } from './tasks.js';
import { button, disableBriefly, el, notice, show } from './view.js';

/**
 * The signing page shows a request in words and signs exactly what it shows. It is one file, reads nothing but the
 * configuration beside it, and signs nothing before a person presses its button.
 */
async function start(): Promise<void> {
  const request = readRequest(location.hash.slice(1));
  const language = pickLanguage([request?.language ?? null, navigator.language]);
  const words = signingTexts[language];
  document.documentElement.lang = language;
  const refuse = (why: string) => show(words.title, notice(why, 'stop'));
  if (window.top !== window) return refuse(words.framed);
  if (request === undefined) return refuse(words.noRequest);
  const config = await fetchConfig();
  if (config === undefined) return refuse(words.unset);
  if (!config.origins.includes(request.from)) return refuse(words.unlisted(request.from));
  const channel = await Channel.open(request);
  if (channel === null) return refuse(words.alone);

  const problems = { ...passkeyTexts[language], ...pickOwnTexts(words) };
  const messages = el('div', { 'aria-live': 'polite' });
  const reader = { words, language, names: request.names };
  try {
    const step = await buildStep(request.task, config, reader, (...more) =>
      messages.replaceChildren(...more),
    );
    if (await replacesUnsignedRequest(location.hash))
      messages.replaceChildren(notice(words.replaced, 'stop'));
    offer(step, request, channel, { messages, words, problems });
  } catch (thrown) {
    const reason = reasonOf(thrown);
    channel.answer({ refused: reason });
    refuse(problems[reason]);
  }
}

/** For these two reasons this page has its own texts. */
const pickOwnTexts = ({ differs, elsewhere }: { differs: string; elsewhere: string }) => ({
  differs,
  elsewhere,
});

function offer(
  { title, body, label, press }: Step,
  { from }: SigningRequest,
  channel: Channel,
  {
    messages,
    words,
    problems,
  }: {
    messages: HTMLElement;
    words: (typeof signingTexts)['en'];
    problems: Record<PasskeyReason, string>;
  },
): void {
  const main = button(label, () => void sign(), 'primary');
  const close = button(words.close, () => {
    clearShownRequest();
    channel.answer({ refused: 'cancelled' });
    window.close();
  });
  const bar = el('p', { class: 'buttons' }, main, close);
  const sign = async () => {
    bar.hidden = true;
    messages.replaceChildren();
    try {
      channel.answer(await press());
      clearShownRequest();
      show(title, notice(words.done, 'open'));
    } catch (thrown) {
      messages.replaceChildren(notice(problems[reasonOf(thrown)], 'stop'));
      bar.hidden = false;
    }
  };
  show(title, el('p', { class: 'soft' }, words.asked(from)), ...body, messages, bar);
  disableBriefly(main);
}

const reasonOf = (thrown: unknown): PasskeyReason =>
  thrown instanceof PasskeyProblem ? thrown.reason : 'failed';

// The opener sends the next request in a new fragment.
addEventListener('hashchange', () => location.reload());
void start();

const KEY = 'countersign-shown';

/**
 * Whether this request replaces another one that the person has neither signed nor closed: the opener can change the
 * fragment while the person reads. Remembers this request as the one shown, across reloads.
 */
async function replacesUnsignedRequest(fragment: string): Promise<boolean> {
  const current = await withHashing((hashing) => sha256Digest(hashing, fragment));
  try {
    const before = sessionStorage.getItem(KEY);
    sessionStorage.setItem(KEY, current);
    return before !== null && before !== current;
  } catch {
    // The browser forbids storage, so a replacement cannot be detected. The page still signs only what it shows.
    return false;
  }
}

/** Call this when the person has signed or closed the request. */
function clearShownRequest(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // The browser forbids storage: nothing was remembered.
  }
}
