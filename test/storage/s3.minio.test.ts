import { afterAll, test } from 'vitest';
import { openS3Store } from '../../src/storage/s3/s3-store.ts';
import { minioEndpoint, openMinio } from '../support/s3-target.ts';
import { storeConformance } from './conformance.ts';

if (minioEndpoint === undefined) {
  test.skip('S3 (MinIO): run by npm run test:minio', () => {});
} else {
  const target = await openMinio();
  const store = await openS3Store({ ...target.options, readPartBytes: 1 << 20, writePartBytes: 5 << 20 });
  afterAll(() => target.close());
  storeConformance('S3 (MinIO)', async () => ({ store, folder: target.newFolder() }));
}
