import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/semantics.md'), 'utf8');

const subjects = [...page.matchAll(/^\| ([^|]+) \| [^|]+ \|$/gm)]
  .map(([, subject = '']) => subject)
  .filter((subject) => subject !== 'subject' && !subject.startsWith('---'));

const tests = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
  .join('\n');

test('every line of docs/semantics.md has a test that names it', () => {
  expect(subjects.length).toBeGreaterThan(10);
  expect(subjects.filter((subject) => !tests.includes(`${subject}: `))).toEqual([]);
});
