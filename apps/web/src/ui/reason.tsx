import { type FormEvent, type ReactNode, useState } from 'react';
import { TextArea } from './field.js';

/**
 * A reason that has to be given: its field, and what makes a form's submit hand it on, or say that it is missing.
 */
export function useReason(
  label: string,
  needed: string,
): { field: ReactNode; handTo: (then: (reason: string) => void) => (event: FormEvent) => void } {
  const [reason, setReason] = useState('');
  const [isMissing, setMissing] = useState(false);
  const field = (
    <TextArea
      label={label}
      value={reason}
      maxLength={4_000}
      error={isMissing ? needed : null}
      onChange={(event) => {
        setReason(event.target.value);
        setMissing(false);
      }}
    />
  );
  const handTo = (then: (reason: string) => void) => (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() === '') setMissing(true);
    else then(reason);
  };
  return { field, handTo };
}
