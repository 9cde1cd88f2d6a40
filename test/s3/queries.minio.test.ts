import { afterAll, test } from 'vitest';
import { minioEndpoint, openMinio } from '../support/s3-target.ts';
import { s3QueryConformance } from './conformance.ts';

if (minioEndpoint === undefined) {
  test.skip('queries over S3 (MinIO): run by npm run test:minio', () => {});
} else {
  const target = await openMinio();
  afterAll(() => target.close());
  s3QueryConformance('S3 (MinIO)', target);
}
