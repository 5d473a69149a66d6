import type { Grant } from '../../api/client.js';
import { useNames } from '../../api/names.js';
import { useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { Seal } from '../../ui/seal.js';
import { liveTexts } from './live.text.js';

/** On what this access rests: the customer's signatures, or the vendor's word. */
export function Countersigned({ grant: { countersignedBy } }: { grant: Pick<Grant, 'countersignedBy'> }) {
  const text = useText(liveTexts);
  const name = useNames(countersignedBy);
  if (countersignedBy.length === 0)
    return (
      <Notice tone="plain" icon="info">
        <p className="strong">{text.word}</p>
        <p>{text.wordWhy}</p>
      </Notice>
    );
  return (
    <ul className="plain-list">
      {countersignedBy.map((person) => (
        <li key={person}>
          <Seal>
            <p className="strong">{text.countersigned(name(person))}</p>
          </Seal>
        </li>
      ))}
    </ul>
  );
}
