import { afterAll } from 'vitest';
import { openTestServer } from '../support/s3-target.ts';
import { s3QueryConformance } from './conformance.ts';

const target = await openTestServer();
afterAll(() => target.close());

s3QueryConformance('S3 (test server)', target);
