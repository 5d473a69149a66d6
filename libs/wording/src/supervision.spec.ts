import { type SupervisedLimit, supervisedText } from './supervision.js';

test.each<[SupervisedLimit, string, string]>([
  [
    { count: 'calls', over: 100, within: 300 },
    'more than 100 calls in 5 minutes',
    'mehr als 100 Aufrufe in 5 Minuten',
  ],
  [{ count: 'calls', over: 0, within: 60 }, 'any call', 'ein Aufruf'],
  [
    { count: 'new-resources', over: 0, within: 60 },
    'a resource that this engineer uses there for the first time',
    'eine Ressource, die diese Person dort zum ersten Mal nutzt',
  ],
  [
    { count: 'new-resources', over: 5, within: 172_800 },
    'more than 5 resources that this engineer uses there for the first time, in 2 days',
    'mehr als 5 Ressourcen, die diese Person dort zum ersten Mal nutzt, in 2 Tagen',
  ],
  [
    { count: 'other-country', over: 0, within: 60 },
    'a token fetched from another country than stated',
    'ein Abruf eines Tokens aus einem anderen als dem angegebenen Land',
  ],
  [
    { count: 'unknown-country', over: 2, within: 3_600 },
    'more than 2 tokens fetched from an unknown country in 1 hour',
    'mehr als 2 Abrufe von Token aus einem unbekannten Land in 1 Stunde',
  ],
])('%o in words', (limit, en, de) => {
  expect([supervisedText(limit, 'en'), supervisedText(limit, 'de')]).toEqual([en, de]);
});
