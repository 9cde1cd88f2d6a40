import { expect, test } from 'vitest';
import { FileEnds } from '../../../src/formats/parquet/file-ends.ts';
import type { FilePart } from '../../../src/plan/source.ts';
import { schema } from '../../engine/sql/plan-builders.ts';
import { errorOf } from '../../support/use-session.ts';
import { scanOf, useWorker } from '../../worker/support.ts';

const worker = useWorker();
const { counting } = worker;
const columns = schema({ id: 'int64', text: 'string' });

/** Ten row groups of 2,048 rows, in about 1 MB. */
const query = `SELECT i AS id, md5(i::VARCHAR) || md5((i + 1)::VARCHAR) AS text FROM range(20480) t(i)`;

const partOf = (rowGroup: number): FilePart => ({
  kind: 'row-groups',
  rowGroups: [rowGroup],
  startRow: rowGroup * 2_048,
  endRow: (rowGroup + 1) * 2_048,
  contiguous: true,
});

test('a worker reads the footer of a file once, for all splits and tasks', async () => {
  const path = await worker.parquet('ten.parquet', query, ', ROW_GROUP_SIZE 2048');
  const file = await worker.file(path);
  const environment = { alwaysFetch: true, fileEnds: new FileEnds() };
  const run = async (rowGroup: number) => {
    counting.reset();
    const plan = scanOf({ kind: 'parquet' }, [{ ...file, part: partOf(rowGroup) }], columns, { columns: ['id'] });
    const { rows } = await worker.rows(plan, environment);
    expect([rows.length, rows[0]]).toEqual([2_048, [String(rowGroup * 2_048)]]);
    return counting.reads.map(({ range }) => range?.endByte === file.sizeBytes);
  };
  // The end of the file and the column chunk; from then on, the chunk alone.
  expect(await run(3)).toEqual([true, false]);
  expect(await run(4)).toEqual([false]);
  // Another version is another file: its footer is read, and the object refuses.
  const other = { ...file, version: 'other', part: partOf(3) };
  const changed = worker.rows(scanOf({ kind: 'parquet' }, [other], columns), environment);
  expect(await errorOf(changed)).toMatchObject({ code: 'OBJECT_CHANGED' });
});

test('ends that nobody asked for longest go first, once there are too many bytes', () => {
  const ends = new FileEnds(10);
  const object = (name: string) => ({ uri: `s3://lake/${name}`, version: '1' });
  ends.add(object('a'), { startByte: 90, endByte: 94 }, Buffer.from('aaaa'));
  ends.add(object('b'), { startByte: 6, endByte: 10 }, Buffer.from('bbbb'));
  expect(ends.of(object('a'))).toEqual([{ startByte: 90, bytes: Buffer.from('aaaa') }]);
  ends.add(object('c'), { startByte: 0, endByte: 4 }, Buffer.from('cccc'));
  expect(['a', 'b', 'c'].map((name) => ends.of(object(name)).length)).toEqual([1, 0, 1]);
  ends.add(object('a'), { startByte: 88, endByte: 90 }, Buffer.from('AA'));
  expect(ends.of(object('a')).map(({ startByte }) => startByte)).toEqual([90, 88]);
  expect(ends.of({ ...object('a'), version: '2' })).toEqual([]);
  ends.add(object('d'), { startByte: 0, endByte: 11 }, Buffer.alloc(11));
  expect(['a', 'c', 'd'].map((name) => ends.of(object(name)).length)).toEqual([0, 0, 0]);
});
