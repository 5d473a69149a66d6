import {
  type FormEvent,
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
  useState,
} from 'react';

interface Labelled {
  label: string;
  hint?: ReactNode;
  error?: string | null | undefined;
}

/** Ties label, hint and error to the control, for screen readers too. */
function Field({
  label,
  hint,
  error,
  children,
}: Labelled & {
  children: (control: {
    id: string;
    'aria-describedby': string | undefined;
    'aria-invalid': boolean;
  }) => ReactNode;
}) {
  const id = useId();
  const hasError = error !== undefined && error !== null;
  const described = [hint ? `${id}-hint` : '', hasError ? `${id}-error` : ''].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-describedby': described || undefined, 'aria-invalid': hasError })}
      {hint ? (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
      {hasError ? (
        <p className="field-error" id={`${id}-error`}>
          {error}
        </p>
      ) : null}
    </div>
  );
}

export function TextField({
  label,
  hint,
  error,
  ...input
}: Labelled & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => <input className="input" type="text" {...input} {...control} />}
    </Field>
  );
}

export function TextArea({
  label,
  hint,
  error,
  ...input
}: Labelled & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => <textarea className="input" rows={3} {...input} {...control} />}
    </Field>
  );
}

export function SelectField({
  label,
  hint,
  error,
  children,
  ...input
}: Labelled & SelectHTMLAttributes<HTMLSelectElement>) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <select className="input" {...input} {...control}>
          {children}
        </select>
      )}
    </Field>
  );
}

/** A checkbox or radio button: the reader can press its whole card. */
export function Choice({
  children,
  ...input
}: InputHTMLAttributes<HTMLInputElement> & { type: 'checkbox' | 'radio'; children: ReactNode }) {
  return (
    <label className="choice">
      <input {...input} />
      <span>{children}</span>
    </label>
  );
}

/**
 * A field for a reason that a person must give. `submitWith` makes the form's submit handler: it calls `then` with the
 * reason, or shows `needed` if the field is empty.
 */
export function useRequiredReason(
  label: string,
  needed: string,
): { field: ReactNode; submitWith: (then: (reason: string) => void) => (event: FormEvent) => void } {
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
  const submitWith = (then: (reason: string) => void) => (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() === '') setMissing(true);
    else then(reason);
  };
  return { field, submitWith };
}
