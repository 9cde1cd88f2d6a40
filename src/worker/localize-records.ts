import { open } from 'node:fs/promises';
import { InternalError } from '../errors.ts';
import { csvSplit } from '../formats/csv/split.ts';
import { lineSplit } from '../formats/ndjson/split.ts';
import { type CutPart, cutPart, type SplitRequest } from '../formats/split-part.ts';
import type { ScanRel } from '../plan/relation.ts';
import type { FilePart, ScanFile } from '../plan/source.ts';
import { writeAll } from './fetcher.ts';
import type { LocalFile, LocalizeOptions } from './localize.ts';
import { newlineOfPart, refuseOtherNewlines } from './part-newlines.ts';

type BytesPart = Extract<FilePart, { kind: 'bytes' }>;

/**
 * Copies the records of a part to a file of their own, local ones too: the engine reads files from their beginning.
 *
 * @param scanIndex which of the plan's scans
 * @throws {SourceError} BAD_RECORD when the records before the part are known to end otherwise than its own: where the file is
 * read as one, the engine refuses that
 */
export async function localizeRecords(
  scan: ScanRel,
  scanIndex: number,
  file: ScanFile,
  part: BytesPart,
  { fetcher, scratch }: LocalizeOptions,
): Promise<LocalFile> {
  const path = await scratch.newPath('');
  const output = await open(path, 'wx');
  let size = 0;
  let lastByte: number | null = null;
  let cut: CutPart;
  try {
    cut = await cutPart(
      splitRequest(scan, file, part),
      (range) => fetcher.pieces(file, range),
      async (bytes) => {
        await writeAll(output, bytes, size);
        size += bytes.length;
        lastByte = bytes.at(-1) ?? lastByte;
      },
    );
    // A guess that was given up: its task runs again, whatever this one gives.
    if (cut.endByte === null && size > 0) await output.truncate(0);
  } finally {
    await output.close();
  }
  const newline = scan.source.format.kind === 'csv' ? newlineOfPart(cut, lastByte, file.sizeBytes) : '';
  const guessed = part.startByte > 0 && part.exactStart === undefined && scan.source.format.kind === 'csv';
  if (!guessed && newline !== '') await refuseOtherNewlines({ scan, file, part, cut, newline }, fetcher);
  return {
    path,
    inPlace: false,
    rowGroups: 0,
    slice: { kind: 'records', isHead: part.startByte === 0, newline: cut.newline },
    span: {
      scan: scanIndex,
      uri: file.uri,
      startByte: part.startByte,
      endByte: part.endByte,
      firstRecordByte: cut.firstRecordByte,
      recordsEndByte: cut.endByte,
      endState: cut.endInQuotes ? 'quotes' : 'record',
      newline,
      guessed,
    },
  };
}

function splitRequest(scan: ScanRel, file: ScanFile, part: BytesPart): SplitRequest {
  const { format } = scan.source;
  const exactStart = part.exactStart ?? null;
  switch (format.kind) {
    case 'csv': {
      const width = (file.columns ?? format.columns).length;
      return csvSplit({ part, sizeBytes: file.sizeBytes, exactStart, width }, format.dialect);
    }
    case 'ndjson':
    case 'text':
      return lineSplit(part, file.sizeBytes, exactStart);
    case 'parquet':
      throw new InternalError(`The plan cuts ${file.uri} at bytes, which is Parquet.`);
  }
}
