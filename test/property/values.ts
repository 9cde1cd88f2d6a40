import type { DataType } from '../../src/plan/types.ts';
import type { PlanValue } from './random-plan.ts';

/** A column of a table in the making; `wide` ones hold the type's extremes too. */
export interface ColumnSpec {
  readonly name: string;
  readonly type: DataType;
  readonly wide: boolean;
}

/** Types that tables have. */
export const columnTypes: readonly DataType[] = [
  { kind: 'int32' },
  { kind: 'string' },
  { kind: 'int64' },
  { kind: 'float64' },
  { kind: 'decimal', precision: 9, scale: 2 },
  { kind: 'date' },
  { kind: 'timestamp', unit: 'us' },
  { kind: 'boolean' },
  { kind: 'decimal', precision: 18, scale: 4 },
  { kind: 'decimal', precision: 38, scale: 10 },
  { kind: 'decimal', precision: 38, scale: 37 },
  { kind: 'list', item: { kind: 'int64' } },
  { kind: 'list', item: { kind: 'string' } },
  { kind: 'list', item: { kind: 'float64' } },
  {
    kind: 'struct',
    fields: [
      { name: 'x', type: { kind: 'int32' } },
      { name: 'y', type: { kind: 'string' } },
    ],
  },
  {
    kind: 'list',
    item: {
      kind: 'struct',
      fields: [
        { name: 'k', type: { kind: 'date' } },
        { name: 'v', type: { kind: 'list', item: { kind: 'int64' } } },
      ],
    },
  },
];

/** Largest finite magnitude of a column's numbers (of those within it, for nested ones). */
export function boundOf({ type, wide }: ColumnSpec): number {
  if (type.kind === 'int32') return wide ? 2 ** 31 : 10;
  if (type.kind === 'int64') return wide ? 2 ** 63 : 10;
  if (type.kind === 'decimal') return wide ? 10 ** (type.precision - type.scale) : 9;
  if (type.kind === 'float64') return wide ? 1e300 : 10;
  return 10;
}

const wideStrings = [
  'ab',
  'A b',
  ' pad  ',
  'É',
  'e\u0301',
  'Straße',
  'ﬁ',
  '😀',
  '👩‍👩‍👧x',
  '𝒳𝒴',
  'İi',
  "it's",
  'say "hi"',
  'two\nlines',
  'a,b,,c',
  'c\td\\',
  '50%_',
  'NULL',
  'NaN',
  '-0',
  '12',
  '1e3',
  '2020-02-29',
  'true',
];

const dates = ['1970-01-01', '2020-02-29', '2021-12-31', '1969-12-31', '1900-03-01', '2024-06-15'];
const wideDates = ['0001-01-01', '9999-12-31', '1582-10-10', '2000-01-01'];
const times = ['1970-01-01 00:00:00', '2020-02-29 12:34:56.789', '1969-12-31 23:59:59.999999', '2021-12-31 00:00:00'];
const wideTimes = ['0001-01-01 00:00:00', '9999-12-31 23:59:59.999999', '1900-01-01 06:00:00.000001'];

const floats = [1, 0, 0.5, -2.5, 3, -0, 10, 1.25];
const wideFloats = [Number.NaN, Infinity, -Infinity, 1e300, -1e300, 5e-324, 0.1, 1 / 3, -1e-10, 123_456_789.125];

/** A value of a column; equal values and nulls are frequent, so that groups and partners exist. */
export function randomValue(column: ColumnSpec, random: () => number): PlanValue {
  if (random() < 0.15) return null;
  const wide = column.wide && random() < 0.4;
  const { type } = column;
  const pick = <T>(usual: readonly T[], extreme: readonly T[]): T => {
    const options = wide ? extreme : usual;
    return options[Math.floor(random() * options.length)] as T;
  };
  switch (type.kind) {
    case 'boolean':
      return random() < 0.5;
    case 'int32':
      return pick([1, 2, 3, 0, -1, 10], [2_147_483_647, -2_147_483_648, 65_536, -7]);
    case 'int64':
      return pick([1n, 2n, 3n, 0n, -1n, 10n], [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n, 2_147_483_648n]);
    case 'float64':
      return pick(floats, wideFloats);
    case 'decimal':
      return pick(['1', '0', '-2', '3'], wideDecimals(type.precision, type.scale));
    case 'string':
      return pick(['a', 'b', 'c', '', 'abc'], wideStrings);
    case 'date':
      return pick(dates, wideDates);
    case 'timestamp':
      return pick(times, wideTimes);
    case 'list':
      return Array.from({ length: Math.floor(random() * 4) }, () =>
        randomValue({ ...column, type: type.item, wide: type.item.kind !== 'int64' && column.wide }, random),
      );
    case 'struct':
      return Object.fromEntries(
        type.fields.map((field) => [field.name, randomValue({ ...column, type: field.type, wide: false }, random)]),
      );
    default:
      throw new TypeError(`Tables of random plans have no ${type.kind} columns.`);
  }
}

/** The largest and smallest magnitudes. */
function wideDecimals(precision: number, scale: number): readonly string[] {
  const whole = '9'.repeat(precision - scale);
  const least = `${'0'.repeat(scale - 1)}1`;
  return [`${whole}.${'9'.repeat(scale)}`, `-${whole}.${'9'.repeat(scale)}`, `0.${least}`, `-1.${least}`];
}

/** Numbers in 0 … 1 that follow from a seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
