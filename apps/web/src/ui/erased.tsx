import { useNames } from '../api/organisation.js';
import { instantText } from '../text/clock.js';
import { useLanguage, useText } from '../text/language.js';

const texts = {
  en: { erased: 'erased', erasedBy: (at: string, by: string) => `erased on ${at} by ${by}` },
  de: { erased: 'gelöscht', erasedBy: (at: string, by: string) => `gelöscht am ${at} von ${by}` },
};

/** Stands where a text was that the tenant's admin has erased. `erased` is undefined if that is not known here. */
export function Erased({ erased }: { erased: { at: string; by: string } | undefined }) {
  const text = useText(texts);
  const language = useLanguage();
  const name = useNames(erased === undefined ? [] : [erased.by]);
  return (
    <span className="soft">
      {erased === undefined
        ? text.erased
        : text.erasedBy(instantText(erased.at, language, { seconds: false }), name(erased.by))}
    </span>
  );
}
