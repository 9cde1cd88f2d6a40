import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * Makes the JavaScript of the package: a few bundles in `dist/`, because Node takes a third of a millisecond for each module
 * that a script loads, and shoal has hundreds. What shoal loads late is a bundle of its own, and the packages that it depends
 * on stay outside. Types are made by tsc, one file a module.
 */
const root = fileURLToPath(new URL('..', import.meta.url));

await rm(new URL('../dist', import.meta.url), { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: {
    index: 'src/index.ts',
    // The program of worker processes: `backends/local/child-entry.ts` looks for it here.
    child: 'src/worker/child.ts',
  },
  outdir: 'dist',
  chunkNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // Names of classes are those of errors, over the wire too.
  keepNames: true,
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
});
