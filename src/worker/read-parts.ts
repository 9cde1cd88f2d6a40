import { writeFile } from 'node:fs/promises';
import type { ExchangePart, ReadRel } from '../plan/relation.ts';
import type { Fetcher } from './fetcher.ts';
import type { Scratch } from './scratch.ts';

/** Bytes up to which a part is one request; a longer one would be too much to hold in memory. */
const longestRequest = 16 << 20;

/**
 * Brings the parts of an exchange to this machine, all at once: each is one ranged request and a Parquet file of its own.
 *
 * @returns their paths, in the order of the parts
 */
export function readParts(read: ReadRel, fetcher: Fetcher, scratch: Scratch): Promise<readonly string[]> {
  return fetcher.all(read.parts.map((part) => readPart(part, fetcher, scratch)));
}

async function readPart(part: ExchangePart, fetcher: Fetcher, scratch: Scratch): Promise<string> {
  const path = await scratch.newPath('.parquet');
  switch (part.kind) {
    case 'inline':
      await writeFile(path, Buffer.from(part.base64, 'base64'), { flag: 'wx' });
      return path;
    case 'range':
      if (part.endByte - part.startByte <= longestRequest) {
        await fetcher.use(part, part, (bytes) => writeFile(path, bytes, { flag: 'wx' }));
        return path;
      }
      await writeFile(path, '', { flag: 'wx' });
      await fetcher.copy(part, [part], path, part.startByte);
      return path;
  }
}
