import { sha256Digest } from '@countersign/contract';
import { PasskeyProblem, type PasskeyReason, passkeyTexts } from '../passkey/passkey-problem.js';
import { withHashing } from '../passkey/web-hashing.js';
import { pickLanguage } from '../text/languages.js';
import { Channel } from './channel.js';
import { fetchConfig } from './config.js';
import { readRequest, type SigningRequest } from './protocol.js';
import { signingTexts } from './signing.text.js';
import { buildStep, type Step } from './tasks.js';
import { button, disableBriefly, el, notice, show } from './view.js';

/**
 * The signing page: shows in words what it is handed, and signs exactly that. It is one file, asks nobody but the file
 * beside it, and does nothing before a person presses its button.
 */
async function start(): Promise<void> {
  const request = readRequest(location.hash.slice(1));
  const language = pickLanguage([request?.language ?? null, navigator.language.slice(0, 2)]);
  const words = signingTexts[language] ?? signingTexts.en;
  document.documentElement.lang = language;
  const refuse = (why: string) => show(words.title, notice(why, 'stop'));
  if (window.top !== window) return refuse(words.framed);
  if (request === undefined) return refuse(words.noRequest);
  const config = await fetchConfig();
  if (config === undefined) return refuse(words.unset);
  if (!config.origins.includes(request.from)) return refuse(words.unlisted(request.from));
  const channel = await Channel.open(request);
  if (channel === null) return refuse(words.alone);

  const problems = { ...(passkeyTexts[language] ?? passkeyTexts.en), ...pick(words) };
  const said = el('div', { 'aria-live': 'polite' });
  const reader = { words, language, names: request.names };
  try {
    const step = await buildStep(request.task, config, reader, (...more) => said.replaceChildren(...more));
    if (await replacesUnsignedRequest(location.hash)) said.replaceChildren(notice(words.replaced, 'stop'));
    offer(step, request, channel, { said, words, problems });
  } catch (thrown) {
    const reason = reasonOf(thrown);
    channel.answer({ refused: reason });
    refuse(problems[reason]);
  }
}

/** What this page says itself is told without its opener's words for it. */
const pick = ({ differs, elsewhere }: { differs: string; elsewhere: string }) => ({ differs, elsewhere });

function offer(
  { title, body, label, press }: Step,
  { from }: SigningRequest,
  channel: Channel,
  {
    said,
    words,
    problems,
  }: {
    said: HTMLElement;
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
    said.replaceChildren();
    try {
      channel.answer(await press());
      clearShownRequest();
      show(title, notice(words.done, 'open'));
    } catch (thrown) {
      said.replaceChildren(notice(problems[reasonOf(thrown)], 'stop'));
      bar.hidden = false;
    }
  };
  show(title, el('p', { class: 'soft' }, words.asked(from)), ...body, said, bar);
  disableBriefly(main);
}

const reasonOf = (thrown: unknown): PasskeyReason =>
  thrown instanceof PasskeyProblem ? thrown.reason : 'failed';

// The opener hands over the next thing by another fragment.
addEventListener('hashchange', () => location.reload());
void start();

const KEY = 'countersign-shown';

/**
 * Whether this takes the place of something else that this window has shown and nobody has signed or closed: whoever opened
 * it can put another fragment there while one reads. It is what is shown from now on, over reloads too.
 */
export async function replacesUnsignedRequest(fragment: string): Promise<boolean> {
  const now = await withHashing((hashing) => sha256Digest(hashing, fragment));
  try {
    const before = sessionStorage.getItem(KEY);
    sessionStorage.setItem(KEY, now);
    return before !== null && before !== now;
  } catch {
    // A browser that keeps nothing for this page: what is shown is signed all the same.
    return false;
  }
}

/** It was signed, or closed. */
export function clearShownRequest(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Nothing was kept.
  }
}
