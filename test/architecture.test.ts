import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const src = resolve(import.meta.dirname, '../src');

/** Which folders a folder's files may import, besides their own and `errors.ts`: the table in ARCHITECTURE.md. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  plan: [],
  storage: [],
  formats: ['plan', 'storage'],
  engine: ['plan'],
  functions: ['plan'],
  planner: ['plan', 'formats', 'storage', 'functions', 'engine'],
  worker: ['plan', 'formats', 'storage', 'engine', 'functions'],
  scheduler: ['plan', 'storage', 'backends/backend.ts'],
  backends: ['plan', 'worker'],
  dataset: [
    'plan',
    'functions',
    'formats',
    'storage',
    'engine',
    'planner',
    'worker/run-task.ts',
    'scheduler',
    'backends/backend.ts',
  ],
  report: ['plan'],
};

/** Libraries that one folder alone may import. */
const homes: Readonly<Record<string, readonly string[]>> = {
  '@duckdb/node-api': ['engine', 'planner', 'worker', 'formats'],
  '@duckdb/node-bindings': ['engine'],
  'apache-arrow': ['formats', 'dataset'],
  'parquet-wasm': ['formats'],
  '@aws-sdk/client-s3': ['storage'],
  hyparquet: ['formats'],
  papaparse: ['dataset', 'formats'],
};

interface Import {
  readonly file: string;
  readonly target: string;
  /** `import type` is erased: it ties no code, so it makes no cycle. */
  readonly typeOnly: boolean;
  /** `await import(…)`: loaded when used. */
  readonly lazy: boolean;
}

const files = (readdirSync(src, { recursive: true }) as string[]).filter((file) => file.endsWith('.ts'));
const imports = files.flatMap(importsOf);

function importsOf(file: string): Import[] {
  const text = readFileSync(join(src, file), 'utf8');
  const found: Import[] = [];
  for (const [, typeOnly, from] of text.matchAll(/^(?:import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'/gms)) {
    found.push({ file, target: targetOf(file, from ?? ''), typeOnly: typeOnly !== undefined, lazy: false });
  }
  for (const [, from] of text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g)) {
    // `typeof import('x')` and `import('x').Type` are types; what is left is loaded at run time.
    found.push({
      file,
      target: targetOf(file, from ?? ''),
      typeOnly: !text.includes(`await import('${from}')`),
      lazy: true,
    });
  }
  return found;
}

function targetOf(file: string, from: string): string {
  return from.startsWith('.') ? relative(src, resolve(src, dirname(file), from)) : from;
}

function folderOf(file: string): string {
  return file.includes('/') ? (file.split('/')[0] ?? '') : '';
}

test('every file imports only what its folder may import', () => {
  const wrong = imports
    .filter(({ file, target }) => folderOf(file) !== '' && target.endsWith('.ts') && target !== 'errors.ts')
    .filter(({ file, target }) => folderOf(file) !== folderOf(target))
    .filter(
      ({ file, target }) =>
        !(mayImport[folderOf(file)] ?? []).some((allowed) => target === allowed || target.startsWith(`${allowed}/`)),
    )
    .map(({ file, target }) => `${file} → ${target}`);
  expect(wrong).toEqual([]);
});

test('every folder of src has its row in the table', () => {
  const folders = [...new Set(files.map(folderOf))].filter((folder) => folder !== '');
  expect(folders.filter((folder) => !(folder in mayImport))).toEqual([]);
});

test('planner and worker never meet but in the task', () => {
  const met = imports.filter(
    ({ file, target }) =>
      (folderOf(file) === 'planner' && folderOf(target) === 'worker') ||
      (folderOf(file) === 'worker' && folderOf(target) === 'planner'),
  );
  expect(met).toEqual([]);
});

test('no files import each other in a circle', () => {
  const graph = new Map<string, string[]>();
  for (const { file, target, typeOnly } of imports)
    if (!typeOnly) graph.set(file, [...(graph.get(file) ?? []), target]);
  expect(circleIn(graph)).toEqual([]);
});

test('a library is imported in its own folders only', () => {
  const strays = imports
    .filter(({ file, target }) => target in homes && !(homes[target] ?? []).includes(folderOf(file)))
    .map(({ file, target }) => `${file} → ${target}`);
  expect(strays).toEqual([]);
});

test('heavy libraries are loaded when they are used, not when shoal is', () => {
  const eager = imports
    .filter(({ target, typeOnly, lazy }) => target in homes && !typeOnly && !lazy)
    .map(({ file, target }) => `${file} → ${target}`);
  expect(eager).toEqual([]);
});

test('DuckDB is required by engine/duckdb.ts, and nowhere imported: Node takes three times as long for that', () => {
  const loaded = imports
    .filter(({ target, typeOnly }) => target.startsWith('@duckdb/') && !typeOnly)
    .map(({ file, target }) => `${file} → ${target}`);
  expect(loaded).toEqual([]);
});

test('the only file that hands on what others export is src/index.ts', () => {
  const barrels = files.filter(
    (file) => file !== 'index.ts' && /^export\s+(\*|\{[^}]*\})\s+from/m.test(readFileSync(join(src, file), 'utf8')),
  );
  expect(barrels).toEqual([]);
});

function circleIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const next of graph.get(file) ?? []) {
      const circle = visit(next, [...path, file]);
      if (circle.length > 0) return circle;
    }
    done.add(file);
    return [];
  };
  for (const file of graph.keys()) {
    const circle = visit(file, []);
    if (circle.length > 0) return circle;
  }
  return [];
}
