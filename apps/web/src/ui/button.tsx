import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { Icon, type IconName } from './icon.js';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: 'primary' | 'stop' | 'deny' | 'plain';
  small?: boolean;
  icon?: IconName | undefined;
  ref?: Ref<HTMLButtonElement>;
  /** Work is in progress: screen readers are notified, and a press does nothing. The button keeps the focus. */
  busy?: boolean;
  children: ReactNode;
}

export function Button({
  look,
  small = false,
  icon,
  busy = false,
  children,
  onClick,
  type = 'button',
  ...rest
}: ButtonProps) {
  const className = ['button', look, small ? 'small' : undefined].filter(Boolean).join(' ');
  return (
    <button
      {...rest}
      type={busy ? 'button' : type}
      className={className}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={busy ? undefined : onClick}
    >
      {icon === undefined ? null : <Icon name={icon} />}
      <span>{children}</span>
    </button>
  );
}
