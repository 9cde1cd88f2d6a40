import { afterAll } from 'vitest';
import { openS3Store } from '../../src/storage/s3/s3-store.ts';
import { openTestServer } from '../support/s3-target.ts';
import { storeConformance } from './conformance.ts';

const target = await openTestServer();
const store = await openS3Store({ ...target.options, readPartBytes: 1 << 20, writePartBytes: 5 << 20 });
afterAll(() => target.close());

storeConformance('S3 (test server)', async () => ({ store, folder: target.newFolder() }));
