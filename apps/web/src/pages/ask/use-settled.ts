import { useEffect, useState } from 'react';

/** The value once it has not changed for so long. Compared as JSON: a form builds it anew at every key. */
export function useSettled<T>(value: T, quietMs: number): T {
  const text = JSON.stringify(value);
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), quietMs);
    return () => clearTimeout(timer);
  }, [text, quietMs]);
  return JSON.parse(settled) as T;
}
