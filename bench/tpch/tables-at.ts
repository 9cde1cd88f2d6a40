import { join } from 'node:path';
import { generate } from './generate.ts';

/**
 * The folder of the TPC-H tables at `scaleFactor`, generated where they are not there yet; without `lineitem.csv`, which
 * would be 7 GB at scale factor 10.
 */
export function tablesAt(scaleFactor: number, data: string, note: (text: string) => void): Promise<string> {
  note(`generating TPC-H data at scale factor ${scaleFactor}, where it is not there yet`);
  return generate({ scaleFactor, directory: join(data, `sf${scaleFactor}`), csv: false });
}
