import { isUtf8 } from 'node:buffer';

/** The first byte in latin1 text that is not part of UTF-8 text, or null. */
export function invalidUtf8Offset(latin1: string): number | null {
  const bytes = Buffer.from(latin1, 'latin1');
  if (isUtf8(bytes)) return null;
  let [good, bad] = [0, bytes.length];
  // The longest prefix that is valid, or breaks off only in the middle of a character.
  const decoder = () => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  while (good < bad) {
    const middle = (good + bad + 1) >> 1;
    try {
      decoder().decode(bytes.subarray(0, middle), { stream: true });
      good = middle;
    } catch {
      bad = middle - 1;
    }
  }
  // What breaks off in the middle is the character that turns out bad.
  return Buffer.byteLength(decoder().decode(bytes.subarray(0, good), { stream: true }));
}

/** A name as it stands before the colon of an object literal: quoted where it must be. */
export function propertyName(name: string): string {
  return /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(name) ? name : JSON.stringify(name);
}

/** At most 200 characters: a field may have megabytes. */
export function shorten(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)}… (${text.length} characters)`;
}
