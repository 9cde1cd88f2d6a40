import type { ScanFile } from '../../plan/source.ts';
import { quoteString } from './quote.ts';
import type { RenderContext } from './render-context.ts';

/** A list of exactly these files: characters that are patterns to the engine lose their meaning. */
export function renderPaths(files: readonly ScanFile[], context: RenderContext): string {
  const literal = (path: string) => quoteString(path.replace(/[*?[]/g, (character) => `[${character}]`));
  return `[${files.map((file) => literal(context.localPath(file))).join(', ')}]`;
}
