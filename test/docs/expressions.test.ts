import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import * as shoal from '../../src/index.ts';
import {
  type AggregateFunction,
  aggregateFunctions,
  type ScalarFunction,
  scalarFunctions,
  type WindowFunction,
  windowFunctions,
} from '../../src/plan/functions.ts';
import { useSession } from '../support/use-session.ts';
import {
  aggregateExamples,
  aggregateRows,
  type Example,
  scalarExamples,
  windowExamples,
  windowRows,
} from './function-examples.ts';

const page = resolve(import.meta.dirname, '../../docs/expressions.md');

const { session } = useSession();

/** The expression that the text of an example makes. */
function read(code: string): shoal.Expression {
  const { col } = shoal;
  const scope = { ...shoal, day: col('day'), at: col('at'), items: col('items'), prices: col('prices') };
  return new Function(...Object.keys(scope), `return ${code}`)(...Object.values(scope)) as shoal.Expression;
}

/** What each example gives. */
async function results(): Promise<ReadonlyMap<string, unknown>> {
  const { col } = shoal;
  const row = session()
    .from([{ day: '2024-02-29', at: '2024-02-29 12:34:56.789', items: [3, 1, 2], prices: new Map([['tea', 2.5]]) }])
    .withColumns({ day: col('day').cast('date'), at: col('at').cast('timestamp') });
  const scalars = await row.select(expressionsOf(scalarExamples)).first();
  const aggregates = await session().from(aggregateRows).agg(expressionsOf(aggregateExamples)).first();
  const windows = Object.fromEntries(
    Object.entries(windowExamples).map(([name, [code]]) => [name, read(`${code}.over({ orderBy: 'x' })`)]),
  );
  const listed = (await session().from(windowRows).withColumns(windows).toArray()) as Record<string, unknown>[];
  return new Map<string, unknown>([
    ...Object.entries(scalars ?? {}),
    ...Object.entries(aggregates ?? {}),
    ...Object.keys(windows).map((name): [string, unknown] => [name, listed.map((each) => each[name])]),
  ]);
}

function expressionsOf(examples: Readonly<Record<string, Example>>): Record<string, shoal.Expression> {
  return Object.fromEntries(Object.entries(examples).map(([name, [code]]) => [name, read(code)]));
}

const sections: readonly (readonly [title: string, belongs: (name: string) => boolean])[] = [
  ['Arithmetic', (name) => scalarNames.indexOf(name) < scalarNames.indexOf('eq')],
  ['Comparison, logic and nulls', (name) => !name.includes('.') && name !== 'hash'],
  ['Strings: `.str`', (name) => name.startsWith('str.')],
  ['Dates and timestamps: `.dt`', (name) => name.startsWith('dt.')],
  ['Lists: `.list`', (name) => name.startsWith('list.')],
  ['Structs, maps, bytes: `.struct`, `.map`, `.bin`', () => true],
];

const scalarNames = Object.keys(scalarFunctions) as string[];

function scalarSections(values: ReadonlyMap<string, unknown>): string {
  const left = new Set(scalarNames);
  return sections
    .map(([title, belongs]) => {
      const names = [...left].filter(belongs);
      for (const name of names) left.delete(name);
      return `### ${title}\n\n${tableOf(names, scalarExamples, values)}`;
    })
    .join('\n\n');
}

function tableOf(
  names: readonly string[],
  examples: Readonly<Record<string, Example>>,
  values: ReadonlyMap<string, unknown>,
): string {
  const rows = names.map((name) => {
    const [code = '', meaning = ''] = examples[name] ?? [];
    return `| \`${name}\` | \`${code}\` | ${show(values.get(name))} | ${meaning} |`;
  });
  return ['| function | example | gives | |', '|---|---|---|---|', ...rows].join('\n').replaceAll(/\\\|/g, '\\|');
}

function show(value: unknown): string {
  const rounded = typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
  return `\`${inspect(rounded, { breakLength: Number.POSITIVE_INFINITY })}\``;
}

test('docs/expressions.md has every function, with what its example gives', async () => {
  const values = await results();
  const generated: Readonly<Record<string, string>> = {
    functions: scalarSections(values),
    aggregates: tableOf(Object.keys(aggregateFunctions) as AggregateFunction[], aggregateExamples, values),
    windows: tableOf(Object.keys(windowFunctions) as WindowFunction[], windowExamples, values),
  };
  const text = readFileSync(page, 'utf8');
  const filled = text.replaceAll(
    /(<!-- generated: (\w+) -->\n).*?(<!-- end -->)/gs,
    (_all, start: string, name: string, end: string) => `${start}\n${generated[name]}\n\n${end}`,
  );
  expect(Object.keys(generated).filter((name) => !text.includes(`<!-- generated: ${name} -->`))).toEqual([]);
  // `npm run goldens:update` writes it.
  await expect(filled).toMatchFileSnapshot(join(page));
});

test('every example computes the function that it stands for', () => {
  const wrong = (Object.entries(scalarExamples) as [ScalarFunction, Example][]).filter(
    ([name, [code]]) => !JSON.stringify(read(code).node).includes(`"fn":"${name}"`),
  );
  expect(wrong).toEqual([]);
});
