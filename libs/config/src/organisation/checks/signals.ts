import type { Finding } from '../problem.js';
import type { Readable } from '../readable.js';

/**
 * Security events come from the provider at which the side's people sign in. Without one they sign in by mailed codes, and
 * what the provider reports would end nothing for long. Two sides must not accept the same event: one provider may serve
 * both, and an event is for one of them.
 */
export function signals({ sides }: Readable): Finding[] {
  const accepted = new Set<string>();
  return sides.flatMap(({ path, issuer, signals: settings }): Finding[] => {
    if (settings === undefined) return [];
    if (issuer === undefined)
      return [
        {
          path: [...path, 'signals'],
          detail: 'needs oidc: only a provider at which people sign in can take that away',
        },
      ];
    if (settings.audience === undefined) return [];
    const name = JSON.stringify([settings.issuer ?? issuer, settings.audience]);
    if (accepted.has(name))
      return [
        {
          path: [...path, 'signals', 'audience'],
          detail: 'repeats the issuer and audience of another side, and an event is for one side',
        },
      ];
    accepted.add(name);
    return [];
  });
}
