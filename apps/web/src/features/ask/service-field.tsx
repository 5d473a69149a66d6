import type { Service } from '@countersign/api';
import { SelectField } from '../../ui/field.js';

/** The choice of a service. Nothing if there is only one. */
export function ServiceField({
  label,
  services,
  value,
  onChange,
}: {
  label: string;
  services: readonly Service[];
  value: string;
  onChange: (service: string) => void;
}) {
  if (services.length < 2) return null;
  return (
    <SelectField label={label} value={value} onChange={({ target }) => onChange(target.value)}>
      {services.map(({ name }) => (
        <option key={name}>{name}</option>
      ))}
    </SelectField>
  );
}
