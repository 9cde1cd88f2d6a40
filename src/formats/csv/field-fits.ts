import type { DataType, TimestampUnit } from '../../plan/types.ts';
import { type FieldFormats, type FieldKind, fieldClassifier } from './field-type.ts';
import { isCalendarDay } from './strptime.ts';

/** Bits and sign of the integer types. */
const integerTypes: Readonly<Record<string, readonly [signed: boolean, bits: bigint]>> = {
  int8: [true, 8n],
  int16: [true, 16n],
  int32: [true, 32n],
  int64: [true, 64n],
  int128: [true, 128n],
  uint8: [false, 8n],
  uint16: [false, 16n],
  uint32: [false, 32n],
  uint64: [false, 64n],
  uint128: [false, 128n],
};

/**
 * A function that tells whether a field's text is a value of a type without loss: no fraction is rounded to an integer, no
 * zone or time of day dropped. Nulls are the caller's business. Types that CSV inference never gives (nested ones,
 * binary …) are left to the engine: every text fits.
 */
export function fieldFits(formats: FieldFormats): (text: string, type: DataType) => boolean {
  const classify = fieldClassifier(formats);
  return (text, type) => fits(text, type, classify) || isFarTime(text, type, formats);
}

/** The texts that the engine writes of times beyond the years 1 to 9999; it reads infinity where no pattern is given. */
function isFarTime(text: string, type: DataType, { dateFormat, timestampFormat }: FieldFormats): boolean {
  if (type.kind !== 'date' && type.kind !== 'timestamp' && type.kind !== 'timestamptz') return false;
  if (/^-?infinity$/.test(text)) return (type.kind === 'date' ? dateFormat : timestampFormat) === null;
  const [, year = '', month, day, before, clock = '', digits = '', zone = ''] = farTime.exec(text) ?? [];
  if (before === undefined ? year.length < 5 : year === '') return false;
  const counted = before === undefined ? Number(year) : 1 - Number(year);
  if (!isCalendarDay(counted, Number(month), Number(day))) return false;
  if (type.kind === 'date') return clock === '';
  const most = type.kind === 'timestamp' ? fractionOf[type.unit] : fractionOf.us;
  return clock !== '' && digits.length <= most && (zone !== '') === (type.kind === 'timestamptz');
}

const farTime = /^(\d{4,})-(\d\d)-(\d\d)( \(BC\))?( (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.(\d*[1-9]))?(\+00)?)?$/;

/** Digits of a second's fraction that each unit holds. */
const fractionOf: Readonly<Record<TimestampUnit, number>> = { s: 0, ms: 3, us: 6, ns: 9 };

function fits(text: string, type: DataType, classify: (text: string) => FieldKind): boolean {
  const limits = integerTypes[type.kind];
  if (limits) return fitsInteger(text, ...limits);
  switch (type.kind) {
    case 'float32':
    case 'float64':
      return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$|^[+-]?(nan|inf|infinity)$/i.test(text.trim());
    case 'decimal':
      return fitsDecimal(text.trim(), type.precision, type.scale);
    case 'boolean':
      return /^(true|false|t|f|1|0|yes|no|y|n)$/i.test(text);
    case 'date':
      return ['date', 'date-format'].includes(classify(text));
    case 'time':
      return /^\d{1,2}:\d{2}(:\d{2}(\.\d*)?)?$/.test(text) && fractionDigits(text) <= 6;
    case 'timestamp':
      return fitsTimestamp(text, classify(text), fractionOf[type.unit]);
    case 'timestamptz': {
      const kind = classify(text);
      return fitsTimestamp(text, kind === 'timestamptz' ? 'timestamp' : kind, 6);
    }
    default:
      return true;
  }
}

/** `1.0`, `1e3`, `1_000` and `0x1F` are integers too, of up to 15 characters and up to 64 bits, as the engine reads them. */
function fitsInteger(text: string, signed: boolean, bits: bigint): boolean {
  const value = integerValue(text, bits);
  if (value === null) return false;
  return signed ? value >= -(2n ** (bits - 1n)) && value < 2n ** (bits - 1n) : value >= 0n && value < 2n ** bits;
}

function integerValue(text: string, bits: bigint): bigint | null {
  const trimmed = text.trim().replaceAll(/(?<=\d)_(?=\d)/g, '');
  if (/^[+-]?\d+$/.test(trimmed)) return BigInt(trimmed.replace('+', ''));
  if (/^0x[0-9a-f]+$/i.test(trimmed)) return bits <= 64n ? BigInt(trimmed) : null;
  if (text.length > 15 || !/^[+-]?(\d+\.?\d*|\.\d+)(e\+?\d+)?$/i.test(trimmed)) return null;
  const value = Number(trimmed);
  return Number.isInteger(value) ? BigInt(value) : null;
}

function fitsDecimal(text: string, precision: number, scale: number): boolean {
  const [, whole, fraction] = /^[+-]?(\d*)(?:\.(\d*))?$/.exec(text) ?? [];
  if (whole === undefined || (whole === '' && !fraction)) return false;
  return whole.replace(/^0+/, '').length <= precision - scale && (fraction ?? '').replace(/0+$/, '').length <= scale;
}

/** @param digits that a fraction of a second may have */
function fitsTimestamp(text: string, kind: FieldKind, digits: number): boolean {
  if (kind === 'date' || kind === 'timestamp-format') return true;
  return (kind === 'timestamp' || kind === 'timestamp-ns') && fractionDigits(text) <= digits;
}

/** Digits of a second's fraction, without zeros at its end. */
function fractionDigits(text: string): number {
  return (/\.(\d*)/.exec(text)?.[1] ?? '').replace(/0+$/, '').length;
}
