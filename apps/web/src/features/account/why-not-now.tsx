import { isFresh, useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { SignInAgain } from '../passkeys/sign-in-again.js';
import { noticeChoiceTexts } from './notice-choices.text.js';

/** Says why the reader cannot change their notices now, and how they can. Renders nothing if they can change them. */
export function WhyNotNow({ mayChange }: { mayChange: boolean }) {
  const text = useText(noticeChoiceTexts);
  const session = useSession();
  if (!mayChange) return <p className="hint">{text.ownBrowser}</p>;
  return isFresh(session) ? null : <SignInAgain />;
}
