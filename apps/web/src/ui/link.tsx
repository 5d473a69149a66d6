import { type AnchorHTMLAttributes, type MouseEvent, useEffect } from 'react';
import { navigate, useAddress } from './address.js';

/** Leads to another page as soon as it is shown. The back button does not return here. */
export function Redirect({ to }: { to: string }): null {
  useEffect(() => navigate(to, { replace: true }), [to]);
  return null;
}

type LinkProps = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href' | 'target'> & {
  to: string;
  /** Loads the document again: for a page that the broker serves with a security policy of its own. */
  reloadDocument?: boolean;
};

/** A link to another page of this app. Following it does not load the document again. */
export function Link({ to, reloadDocument = false, onClick, ...rest }: LinkProps) {
  const press = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    if (reloadDocument || !isPlainPress(event)) return;
    event.preventDefault();
    navigate(to);
  };
  return <a {...rest} href={to} onClick={press} />;
}

/** False for a press that opens another tab or window, or that saves the page that the link leads to: the browser does that itself. */
const isPlainPress = (event: MouseEvent): boolean =>
  !event.defaultPrevented &&
  event.button === 0 &&
  !(event.metaKey || event.altKey || event.ctrlKey || event.shiftKey);

/** A link of a menu. It is marked as the present page while the reader is on that page or on one below it. */
export function NavLink({ to, ...rest }: LinkProps) {
  const { pathname } = useAddress();
  const isCurrent = pathname === to || pathname.startsWith(`${to}/`);
  return <Link {...rest} to={to} {...(isCurrent ? { 'aria-current': 'page' } : {})} />;
}
