import { type AnchorHTMLAttributes, type MouseEvent, useEffect } from 'react';
import { navigate, useAddress } from './address.js';

/** Goes to another page as soon as it is shown, in place of the present one. */
export function Redirect({ to }: { to: string }): null {
  useEffect(() => navigate(to, { replace: true }), [to]);
  return null;
}

type LinkProps = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href' | 'target'> & {
  to: string;
  /** For a page whose document is served with a policy of its own. */
  reloadDocument?: boolean;
};

export function Link({ to, reloadDocument = false, onClick, ...rest }: LinkProps) {
  const press = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    if (reloadDocument || !isPlainPress(event)) return;
    event.preventDefault();
    navigate(to);
  };
  return <a {...rest} href={to} onClick={press} />;
}

/** Not a press that opens another tab or window, or that saves what the link leads to. */
const isPlainPress = (event: MouseEvent): boolean =>
  !event.defaultPrevented &&
  event.button === 0 &&
  !(event.metaKey || event.altKey || event.ctrlKey || event.shiftKey);

/** A link of a menu. It is marked as the present page, also on the pages below it. */
export function NavLink({ to, ...rest }: LinkProps) {
  const { pathname } = useAddress();
  const isCurrent = pathname === to || pathname.startsWith(`${to}/`);
  return <Link {...rest} to={to} {...(isCurrent ? { 'aria-current': 'page' } : {})} />;
}
