import { Console } from 'node:console';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';

const docs = resolve(import.meta.dirname, '../docs');

/** Generated scripts stand within the project, where `import … from 'shoal'` means the sources; git ignores the folder. */
const scripts = join(import.meta.dirname, `../.shoal/docs-${process.pid}`);

/** What the home directory of the examples is called in their output. */
const shownHome = '/home/me';

const pages = readdirSync(docs).filter(
  (name) => name.endsWith('.md') && /^```ts$/m.test(readFileSync(join(docs, name), 'utf8')),
);

let home = '';
const start = process.cwd();

beforeAll(() => {
  mkdirSync(scripts, { recursive: true });
  home = mkdtempSync(join(tmpdir(), 'shoal-docs-'));
});

afterAll(() => {
  process.chdir(start);
  rmSync(home, { recursive: true, force: true });
  rmSync(scripts, { recursive: true, force: true });
});

test.for(pages)('%s: every example runs, and prints what stands below it', async (page) => {
  const folder = join(home, page);
  mkdirSync(folder);
  cpSync(join(docs, 'data'), join(folder, 'data'), { recursive: true });
  process.chdir(folder);
  const parts = partsOf(readFileSync(join(docs, page), 'utf8'));
  const outputs = await run(
    page,
    parts.filter((part) => part.kind === 'code').map((part) => part.text),
  );
  // The page with the real outputs in place of its own; `npm run goldens:update` writes it.
  await expect(
    render(
      parts,
      outputs.map((text) => text.replaceAll(folder, shownHome)),
    ),
  ).toMatchFileSnapshot(join(docs, page));
});

test('every page is in the table of contents', () => {
  const index = readFileSync(join(docs, 'index.md'), 'utf8');
  const missing = readdirSync(docs).filter(
    (name) => name.endsWith('.md') && name !== 'index.md' && !index.includes(`](${name})`),
  );
  expect(missing).toEqual([]);
});

type Part = { readonly kind: 'text' | 'code' | 'output'; readonly text: string };

/** A page cut into prose, ```ts blocks and the ```text blocks right below them. */
function partsOf(page: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of page.matchAll(/^```ts\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?/gms)) {
    parts.push({ kind: 'text', text: page.slice(end, match.index) }, { kind: 'code', text: match[1] ?? '' });
    if (match[2] !== undefined) parts.push({ kind: 'output', text: match[2] });
    end = match.index + match[0].length;
  }
  return [...parts, { kind: 'text', text: page.slice(end) }];
}

function render(parts: readonly Part[], outputs: readonly string[]): string {
  let block = 0;
  return parts
    .filter((part) => part.kind !== 'output')
    .map((part) => {
      if (part.kind !== 'code') return part.text;
      const output = outputs[block++] ?? '';
      return `\`\`\`ts\n${part.text}\`\`\`\n${output === '' ? '' : `\n\`\`\`text\n${output}\`\`\`\n`}`;
    })
    .join('');
}

/** Runs the blocks of a page as one script; gives what each of them printed. */
async function run(page: string, blocks: readonly string[]): Promise<string[]> {
  const file = join(scripts, `${page}.ts`);
  const marked = blocks.map((code, index) => `globalThis.startBlock(${index});\n${code}`);
  writeFileSync(file, `${marked.join('\n')}\nexport {};\n`);
  const outputs: string[] = blocks.map(() => '');
  let current = 0;
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      outputs[current] += String(chunk);
      done();
    },
  });
  const kept = { console: globalThis.console, write: process.stdout.write };
  globalThis.console = new Console({ stdout: sink, stderr: sink });
  process.stdout.write = ((text: string) => sink.write(text)) as typeof process.stdout.write;
  Object.assign(globalThis, { startBlock: (index: number) => (current = index) });
  try {
    await import(file);
  } finally {
    globalThis.console = kept.console;
    process.stdout.write = kept.write;
  }
  return outputs;
}
