import type { ScanRel } from '../../plan/relation.ts';
import type { ScanFile } from '../../plan/source.ts';
import { renderCsv } from './csv.ts';
import { renderNdjson } from './ndjson.ts';
import { renderPaths } from './paths.ts';
import type { RenderContext } from './render-context.ts';
import { renderParquet } from './parquet.ts';
import { renderLines } from './text-lines.ts';

/** The FROM item that reads files of a scan, in their order; it has a column `file_index`, their number from 0. */
export function renderReader(rel: ScanRel, files: readonly ScanFile[], context: RenderContext): string {
  const paths = renderPaths(files, context);
  const { format, unionByName } = rel.source;
  switch (format.kind) {
    case 'parquet':
      return renderParquet(paths, rel.source.schema, unionByName);
    case 'csv':
      return renderCsv(paths, format, context);
    case 'ndjson':
      return renderNdjson(paths, format);
    case 'text':
      return renderLines(paths, 'line');
  }
}
