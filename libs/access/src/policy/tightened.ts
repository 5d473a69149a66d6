import type { Needs } from './needs.js';

/**
 * In which ways more is needed now than when people were asked; a sentence each, for the reviewer. What has
 * become easier is not among them.
 */
export function tightened(before: Needs, now: Needs): string[] {
  const more: string[] = [];
  if (now.vendor.required > before.vendor.required)
    more.push(
      `The vendor now asks for ${now.vendor.required} review(s) instead of ${before.vendor.required}.`,
    );
  if (now.customer.required > before.customer.required)
    more.push(
      `The customer now asks for ${now.customer.required} approval(s) instead of ${before.customer.required}.`,
    );
  if (now.customer.countersignature && !before.customer.countersignature)
    more.push('It must now be approved with a passkey.');
  const lost = before.customer.channels.filter((channel) => !now.customer.channels.includes(channel));
  if (lost.length > 0) more.push(`It can no longer be approved by ${lost.join(' or ')}.`);
  return more;
}
