import { isFresh, useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { SignInAgain } from '../passkeys/sign-in-again.js';
import { noticeChoiceTexts } from './notice-choices.text.js';

/** Why the reader cannot change their notices now, and what helps. Nothing if they can. */
export function WhyNotNow({ mayChange }: { mayChange: boolean }) {
  const text = useText(noticeChoiceTexts);
  const session = useSession();
  if (!mayChange) return <p className="hint">{text.ownBrowser}</p>;
  return isFresh(session) ? null : <SignInAgain />;
}
