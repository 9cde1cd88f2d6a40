import type { JsonValue } from '../../errors.ts';
import type { TimestampUnit } from '../../plan/types.ts';
import type { LeafType } from './column-type.ts';

/** Longer texts and byte strings are cut: footers of thousands of files stay in memory. */
const longestText = 64;

/**
 * A minimum or maximum of statistics as a plan's literal of the leaf's type.
 *
 * The bound may be wider than the stored one: of a text that is long, or was cut within a character, the beginning is kept,
 * which no value lies below; for a maximum its last character is raised by one, so that no value lies above.
 *
 * @param bytes as PLAIN encodes the value, without a length
 * @returns null where nothing can be said: floats (writers leave NaN out), years outside 1 to 9999, bytes that don't fit the type
 * @see https://github.com/apache/parquet-format/blob/master/LogicalTypes.md for the order of each type
 */
export function boundValue(leaf: LeafType, bytes: Uint8Array, which: 'min' | 'max'): JsonValue {
  const { type } = leaf;
  switch (type?.kind) {
    case 'boolean':
      return bytes.length === 1 ? bytes[0] === 1 : null;
    case 'int8':
    case 'int16':
    case 'int32':
    case 'uint8':
    case 'uint16':
    case 'uint32': {
      const stored = storedInteger(leaf, bytes);
      return stored === null ? null : Number(type.kind === 'uint32' ? BigInt.asUintN(32, stored) : stored);
    }
    case 'int64':
      return storedInteger(leaf, bytes)?.toString() ?? null;
    case 'uint64': {
      const stored = storedInteger(leaf, bytes);
      return stored === null ? null : BigInt.asUintN(64, stored).toString();
    }
    case 'decimal': {
      const unscaled = storedInteger(leaf, bytes) ?? bigEndian(bytes);
      return unscaled === null ? null : decimalText(unscaled, type.scale);
    }
    case 'date': {
      const days = storedInteger(leaf, bytes);
      return days === null ? null : (instantText(days * 86_400_000_000_000n, 0)?.slice(0, 10) ?? null);
    }
    case 'timestamp':
    case 'timestamptz':
      return timestamp(leaf, bytes, type.kind === 'timestamptz' ? 6 : 9);
    case 'time': {
      const count = storedInteger(leaf, bytes);
      return count === null ? null : (instantText(count * nanosecondsPer[leaf.unit ?? 'ms'], 6)?.slice(11) ?? null);
    }
    case 'uuid':
      return bytes.length === 16
        ? Buffer.from(bytes)
            .toString('hex')
            .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
        : null;
    case 'string':
      return text(bytes, which);
    case 'binary':
      if (bytes.length > longestText && which === 'max') return null;
      return Buffer.from(bytes.subarray(0, longestText)).toString('base64');
    default:
      return null;
  }
}

/** Nanoseconds in one unit. */
export const nanosecondsPer: Readonly<Record<TimestampUnit, bigint>> = {
  s: 1_000_000_000n,
  ms: 1_000_000n,
  us: 1_000n,
  ns: 1n,
};

/** The integer of an INT32 or INT64 value; null for all else. */
function storedInteger(leaf: LeafType, bytes: Uint8Array): bigint | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (leaf.physical === 'int32' && bytes.length === 4) return BigInt(buffer.readInt32LE());
  return leaf.physical === 'int64' && bytes.length === 8 ? buffer.readBigInt64LE() : null;
}

/** Two's complement, highest byte first: decimals in byte arrays. */
function bigEndian(bytes: Uint8Array): bigint | null {
  if (bytes.length === 0 || bytes.length > 32) return null;
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).toString('hex')}`));
}

function decimalText(unscaled: bigint, scale: number): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const text = scale > 0 ? `${digits.slice(0, -scale)}.${digits.slice(-scale)}` : digits;
  return unscaled < 0n ? `-${text}` : text;
}

/** The engine holds zoned timestamps in microseconds and cuts what is finer, so both bounds are cut too. */
function timestamp(leaf: LeafType, bytes: Uint8Array, digits: number): string | null {
  const count = storedInteger(leaf, bytes);
  return count === null ? null : instantText(count * nanosecondsPer[leaf.unit ?? 'ms'], digits);
}

/** `YYYY-MM-DD hh:mm:ss[.fraction]`, cut to so many digits; null for years that take more or fewer than four digits. */
function instantText(nanoseconds: bigint, digits: number): string | null {
  const fraction = ((nanoseconds % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  const date = new Date(Number((nanoseconds - fraction) / 1_000_000n));
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() < 1 || date.getUTCFullYear() > 9999) return null;
  const shown = fraction.toString().padStart(9, '0').slice(0, digits).replace(/0+$/, '');
  return `${date.toISOString().slice(0, 19).replace('T', ' ')}${shown && `.${shown}`}`;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function text(bytes: Uint8Array, which: 'min' | 'max'): string | null {
  const whole = bytes.length <= longestText ? decode(bytes) : null;
  if (whole !== null) return whole;
  // A character takes up to four bytes: some cut within the last four falls between two of them.
  const length = Math.min(bytes.length, longestText);
  for (let end = length; end >= Math.max(0, length - 3); end--) {
    const beginning = decode(bytes.subarray(0, end));
    if (beginning !== null) return which === 'min' ? beginning : raised(beginning);
  }
  return null;
}

/** The least text of no more characters that lies above all that begin with `beginning`; null when there is none. */
function raised(beginning: string): string | null {
  const characters = [...beginning];
  for (let last = characters.pop(); last !== undefined; last = characters.pop()) {
    const code = last.codePointAt(0) ?? 0;
    // Surrogates are no characters.
    if (code < 0x10ffff) return `${characters.join('')}${String.fromCodePoint(code === 0xd7ff ? 0xe000 : code + 1)}`;
  }
  return null;
}

function decode(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}
