import fc from 'fast-check';
import { expect, test } from 'vitest';
import { looseFits } from '../../../src/engine/sql/checked-value.ts';
import { leafText } from '../../../src/engine/sql/leaf-text.ts';
import { quoteString } from '../../../src/engine/sql/quote.ts';
import { fieldFits } from '../../../src/formats/csv/field-fits.ts';
import { parseType } from '../../../src/plan/type-name.ts';
import { useConnection } from './plan-builders.ts';

/*
 * What the engine takes for a value is held against `fieldFits`, which was written apart from it: texts at the limits, and
 * texts made of what numbers and times are made of.
 */

const connection = useConnection();
const iso = { dateFormat: null, timestampFormat: null };

/** Whether each text fits by the SQL of a scan. */
async function fitsInEngine(texts: readonly string[], type: string, formats = iso): Promise<boolean[]> {
  const rules = { ...formats, json: false, everyType: false };
  const leaf = leafText('t', parseType(type), rules, 'TRY_CAST');
  if (!leaf) throw new Error(`${type} is read by the engine itself.`);
  const list = texts.map(quoteString).join(', ');
  const reader = await connection().runAndReadAll(
    `SELECT coalesce(${looseFits('t', leaf, 'v')}, FALSE) FROM (SELECT t, ${leaf.value} AS v FROM (SELECT unnest([${list}]::VARCHAR[]) AS t))`,
  );
  return reader.getRows().map(([fits]) => fits === true);
}

const numbers =
  '1|0|00|-0|+5|007| 7 |1.5|1.0|1.|.5|.|-|1.5e1|1e3|1e-3|15e-1|1E2|1e+05|1.5e9|1.5e+09|1e18|1e19|1e400|0x10|0xFFFF|0xFFFFFFFFFF|0x|1_000|1_000_000|0b11|1,5|abc||127|128|-128|-129|255|256|-1|-1.5|-1.0|' +
  '4294967295|4294967296.5|99999999.9|999999999.9|9999999999.9|99999999999|0.9999999999|9007199254740993|9007199254740993.0|9223372036854775807|9223372036854775808|9223372036854775806.5|-9223372036854775808|' +
  '170141183460469231731687303715884105727|170141183460469231731687303715884105728|1.0000000000000001|12.50|12.505|12.500|99999999.99|100000000';
const times =
  '2020-01-02| 2020-01-02 |2020-1-2|2020/01/02|02/01/2020|2020-02-30|0001-01-01|20200-01-01|2020-01-02 (BC)|-123-01-02|  20-01-02|infinity|-infinity|epoch|2020-01-2x|2020-1-2 5|2020-01-2T|1900-01-01|01.01.1900|31.12.2020|31.12.2020 23:59|' +
  '2020-01-02 00:00:00|2020-01-02T10:00:00|2020-01-02 10:00|2020-01-02 10|2020-01-02 1:2:3|2020-01-02 10:00:00.5|2020-01-02 10:00:00.123456|2020-01-02 10:00:00.1234560|2020-01-02 10:00:00.1234567|2020-1-2 1:2:3.1234567|' +
  '2020-01-02T10:00:00Z|2020-01-02t10:00:00z|2020-01-02 10:00+02|2020-01-02 10:00Z|2020-01-02 10:00:00+0230|2020-01-02 10:00:00 Europe/Berlin|2020-01-02T10:00:00.1234567Z|10:00|10:00:00.5|10:00:00.1234567|noon|' +
  '5881580-07-10|20200-02-30|0044-03-15 (BC)|2001-02-29 (BC)|0001-02-29 (BC)|0044-03-15 (BC) 10:00:00|290309-12-22 (BC) 00:00:00+00|294247-01-10 04:00:54.775806|294246-01-10 04:00:54.775806+00|12024-01-01 10:00:00.50|12024-01-01 24:00:00';
const texts = `${numbers}|${times}`.split('|');

const types = [
  ...['int8', 'int16', 'int32', 'int64', 'int128', 'uint8', 'uint16', 'uint32', 'uint64', 'uint128'],
  ...['decimal(10, 2)', 'decimal(5, 0)', 'date', 'time', 'timestamp', 'timestamp(s)', 'timestamp(ms)', 'timestamptz'],
];

test.each(types)('%s: what fits is what loses nothing', async (type) => {
  for (const formats of [iso, { dateFormat: '%d.%m.%Y', timestampFormat: '%d.%m.%Y %H:%M' }]) {
    const oracle = fieldFits(formats);
    const fits = await fitsInEngine(texts, type, formats as typeof iso);
    const differ = texts.filter((text, index) => fits[index] !== (text === '' ? false : oracle(text, parseType(type))));
    expect(differ).toEqual([]);
  }
});

test.each(['int8', 'int32', 'int64', 'uint32', 'uint64', 'int128'])('%s: any text made of numbers', async (type) => {
  const oracle = fieldFits(iso);
  const part = fc.constantFrom('0', '1', '9', '99', '500', '.', '-', '+', 'e', 'E', '_', 'x', ' ');
  const anyText = fc.array(part, { minLength: 1, maxLength: 12 }).map((parts) => parts.join(''));
  await fc.assert(
    fc.asyncProperty(fc.array(anyText, { minLength: 200, maxLength: 200 }), async (list) => {
      const fits = await fitsInEngine(list, type);
      // The engine may refuse odd forms of an integer (0e500, "-0 " as unsigned), and never take what is none; a point behind
      // an exponent (1e9.) it may take, which loses nothing.
      const agrees = (text: string, fit: boolean | undefined) =>
        fit === oracle(text.replace(/(e\+?\d+)\.(\s*)$/i, '$1$2'), parseType(type)) ||
        (fit === false && !/^\d+$/.test(text));
      expect(list.filter((text, index) => !agrees(text, fits[index]))).toEqual([]);
    }),
    { numRuns: 20 },
  );
});

test.each([
  ['date', '2020-02-29', '2020-02-29'],
  ['date', '31.12.2020', '2020-12-31'],
  ['timestamp', '31.12.2020 23:59', '2020-12-31 23:59:00'],
  ['timestamptz', '2020-01-02 10:00+02', '2020-01-02 08:00:00+00'],
  ['timestamptz', '2020-01-02t10:00z', '2020-01-02 10:00:00+00'],
  ['int64', '9223372036854775807', '9223372036854775807'],
  ['int64', '1.5e+09', '1500000000'],
  ['decimal(10, 2)', '12.5', '12.50'],
])('%s of %j', async (type, text, value) => {
  const rules = { dateFormat: '%d.%m.%Y', timestampFormat: '%d.%m.%Y %H:%M', json: false, everyType: false };
  const sql = leafText(quoteString(text), parseType(type), rules, 'CAST')?.value;
  const reader = await connection().runAndReadAll(`SELECT (${sql})::VARCHAR`);
  expect(reader.getRows()).toEqual([[value]]);
});
