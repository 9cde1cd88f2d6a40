import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** A program to fork: its file, and what Node must be told to run it. */
export interface ChildEntry {
  readonly path: string;
  readonly execArgv: readonly string[];
}

/** The worker process's program: JavaScript in the published package, TypeScript by way of tsx in the repository. */
export function childEntry(): ChildEntry {
  const isSource = new URL(import.meta.url).pathname.endsWith('.ts');
  // The package is a few bundles in one folder, of which the program is one (see scripts/build.ts).
  return entryOf(fileURLToPath(new URL(isSource ? '../../worker/child.ts' : './child.js', import.meta.url)));
}

/** The program in the file `path`. Node's options of this process (an inspector's port, a preloaded module) are not its own. */
export function entryOf(path: string): ChildEntry {
  if (!path.endsWith('.ts')) return { path, execArgv: [] };
  const loader = createRequire(import.meta.url).resolve('tsx/esm');
  return { path, execArgv: ['--import', pathToFileURL(loader).href] };
}
