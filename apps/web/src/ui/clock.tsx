import { durationText } from '@countersign/wording';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { clockText, instantText, onZone, readerZone, timeText } from '../text/clock.js';
import { useLanguage } from '../text/language.js';

/** An instant in the reader's time zone, with the zone's name. What is printed and kept shows the year too. */
export function Instant({
  at,
  seconds = false,
  year = false,
}: {
  at: string;
  seconds?: boolean;
  year?: boolean;
}) {
  const zone = useSyncExternalStore(onZone, readerZone);
  return <time dateTime={at}>{instantText(at, useLanguage(), { seconds, year, zone })}</time>;
}

/** The time of day, to the second. */
export function Time({ at }: { at: string }) {
  useSyncExternalStore(onZone, readerZone);
  return (
    <time className="nowrap" dateTime={at} title={at}>
      {timeText(at, useLanguage())}
    </time>
  );
}

/** The present time in milliseconds. Renders again each interval. */
export function useNow(everyMs = 1_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

const secondsUntil = (at: string, now: number): number => Math.ceil((Date.parse(at) - now) / 1_000);

/** The time that is left. Screen readers read it on demand, not each second. */
export function Countdown({ until }: { until: string }) {
  const left = Math.max(0, secondsUntil(until, useNow()));
  return (
    <span role="timer" aria-label={durationText(left, useLanguage())}>
      {clockText(left)}
    </span>
  );
}
