import type { ScanFile } from '../../plan/source.ts';
import { quoteString } from './quote.ts';
import type { RenderContext } from './render-context.ts';

/** A list of exactly these files. */
export function renderPaths(files: readonly ScanFile[], context: RenderContext): string {
  return `[${files.map((file) => quoteString(literalPath(context.localPath(file)))).join(', ')}]`;
}

/**
 * The path as a pattern that means just itself: unescaped, `a[1].parquet` reads `a1.parquet`, and `b*.parquet` all that fit.
 * The engine asks its allowed folders for the path in this form; a folder with such characters has to be allowed in both.
 */
export function literalPath(path: string): string {
  return path.replace(/[*?[]/g, (character) => `[${character}]`);
}
