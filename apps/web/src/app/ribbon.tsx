import { useEffect, useState } from 'react';
import { useText } from '../text/language.js';
import { shellTexts } from './shell.text.js';

const PATIENCE_MS = 2_000;

/** Says that the connection is lost, once it has been for a moment, and that it is back. */
export function Ribbon({ lost }: { lost: boolean }) {
  const text = useText(shellTexts);
  const [told, setTold] = useState(false);
  useEffect(() => {
    if (!lost) return setTold(false);
    const timer = setTimeout(() => setTold(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [lost]);
  return <div role="status">{told ? <p className="ribbon">{text.lost}</p> : null}</div>;
}
