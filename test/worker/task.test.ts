import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Fetcher } from '../../src/worker/fetcher.ts';
import { createFileStore } from '../../src/storage/file-store.ts';
import type { ObjectStore } from '../../src/storage/store.ts';
import { schema } from '../engine/sql/plan-builders.ts';
import { csvFormat, readOf, scanOf, useWorker } from './support.ts';

const files = createFileStore();
/** Files of the store that are read as they change, or that fail. */
const hooks = new Map<string, () => void>();
const store: ObjectStore = {
  ...files,
  read: async (uri, range, options) => {
    const bytes = await files.read(uri, range, options);
    hooks.get(uri)?.();
    return bytes;
  },
};
const worker = useWorker({ store });
