import type { Dataset } from '../../../src/index.ts';
export type Any = Dataset;
