import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parseType } from '../../src/plan/type-name.ts';
import type { DataType } from '../../src/plan/types.ts';
import { useSession } from '../support/use-session.ts';
import { carriersOf } from './carriers.ts';
import { type RoundTrip, roundTrip } from './round-trip.ts';
import { samples, type TypeSample } from './samples.ts';

const fixture = useSession();
const carriers = carriersOf(fixture);

type Row = ReadonlyMap<string, RoundTrip>;
const rows = new Map<string, Promise<Row>>();

/** What became of a type in each carrier; found once. */
function rowOf({ type, values }: TypeSample): Promise<Row> {
  const known = rows.get(type);
  if (known) return known;
  const row = (async () => {
    const trips = new Map<string, RoundTrip>();
    for (const carrier of carriers) trips.set(carrier.name, await roundTrip(fixture.session(), carrier, type, values));
    return trips;
  })();
  rows.set(type, row);
  return row;
}

test('there are samples of every type', () => {
  const kinds: Readonly<Record<DataType['kind'], true>> = {
    ...{ boolean: true, int8: true, int16: true, int32: true, int64: true, int128: true },
    ...{ uint8: true, uint16: true, uint32: true, uint64: true, uint128: true, float32: true, float64: true },
    ...{ decimal: true, string: true, binary: true, date: true, time: true, timestamp: true, timestamptz: true },
    ...{ interval: true, uuid: true, enum: true, null: true, list: true, array: true, struct: true, map: true },
  };
  const sampled = new Set(samples.map(({ type }) => parseType(type).kind));
  expect([...sampled].sort()).toEqual(Object.keys(kinds).sort());
});

test.each(samples)('$type: no value comes back as another one', async (sample) => {
  const row = await rowOf(sample);
  // What is refused is told why: on the page, which the test below holds.
  expect([...row.keys()]).toEqual(carriers.map(({ name }) => name));
});

test('docs/types.md tells what each type becomes', async () => {
  const table = ['| type |', '|---|'].map((start, line) =>
    [start, ...carriers.map(({ name }) => (line === 0 ? ` ${name} |` : '---|'))].join(''),
  );
  const refused: string[] = [];
  for (const sample of samples) {
    const row = await rowOf(sample);
    const cells = carriers.map(({ name }) => cellOf(sample.type, row.get(name)));
    table.push(`| ${code(sample.type)} | ${cells.join(' | ')} |`);
    for (const [name, { refusals }] of row)
      for (const { value, message } of refusals)
        refused.push(`| ${code(sample.type)} | ${name} | ${code(value)} | ${cell(shown(message))} |`);
  }
  const page = [introduction, ...table, beforeRefusals, ...refused, ''].join('\n');
  await expect(page).toMatchFileSnapshot(resolve(import.meta.dirname, '../../docs/types.md'));
});

function cellOf(type: string, trip: RoundTrip | undefined): string {
  if (!trip) return '';
  const found = trip.found === type ? '=' : trip.found === null ? '–' : code(trip.found);
  return `${found}${trip.foundExactly ? '' : ' \\*'}${trip.refusals.length > 0 ? ' †' : ''}`;
}

function code(text: string): string {
  return `\`${cell(text)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

/** Files of the test stand in a folder of their own and are numbered. */
function shown(message: string): string {
  return message.replaceAll(fixture.path(''), '/data/').replaceAll(/\d+(?=\.(csv|ndjson|parquet))/g, 'file');
}

const introduction = `# Types on their way

What becomes of a value that is written and read again, or handed to JavaScript and taken back. Where the type is known or told,
no value ever becomes another one: it comes back as it was, or there is an error that says why not. A test sends every type
through everything that carries values, with the values at its limits and a null, and writes this page.

- **Parquet** and **Arrow** have types of their own. A column comes back as the nearest one, which holds all its values;
  \`.cast(type)\` gives the type back.
- **CSV** and **NDJSON** hold text. Read by itself, a column gets the type that its texts look like, and a number with a
  fraction is the nearest \`float64\`. With \`{ schema: { v: 'decimal(38, 10)' } }\` the texts are read as what you say, to
  the last digit. NDJSON has no word for NaN and the infinities: they are written as the texts \`"NaN"\`, \`"Infinity"\` and
  \`"-Infinity"\`, and read as numbers again where the schema says float.
- **JavaScript** is \`from(await rows.toArray({ results: { int64: 'bigint', decimal: 'string', timestamp: 'bigint' } }))\`, in
  which every value has an exact form (see [results](results.md)); \`{ schema }\` tells \`from\` what it had been.

| in the table | |
|---|---|
| = | comes back as the same type |
| a type | comes back as this type, which holds every value exactly |
| \\* | by itself it is read as something that need not hold its values; with \`{ schema }\` all of them come back |
| – | by itself it is an error |
| † | some values are refused, see below |
`;

const beforeRefusals = `
## What is refused

The values of the table above that do not come back, and the errors that say so. Their columns travel as texts:
\`.cast('string')\`.

| type | through | value | error |
|---|---|---|---|`;
